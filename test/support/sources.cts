/** Values of the fields Video and Audio, as the editor writes them. */
const located = (mode: string) => (value: string) => ({ __rl: true, mode, value });

export const url = located('url');
/** @param field the name of a binary field, or an expression that gives a file */
export const file = located('file');
export const youtube = located('youtube');

/** Both from the input item, each from the field of its name. */
export const FILES = { video: file('video'), audio: file('audio') };
