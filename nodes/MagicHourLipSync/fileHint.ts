/** An expression that gives a file, whatever node it comes from. */
const EARLIER_FILE = "{{ $('Read Video').item.binary.data }}";

/** Of fields that take a file, by its name or as it is. The expression has a line of its own, to be copied. */
export const FILE_HINT = `Name of the binary field, or Expression for an earlier file:<br><code>${EARLIER_FILE}</code>`;
