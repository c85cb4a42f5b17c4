/** Bytes that are read at most, whatever is sent. */
export const SIZE_LIMITS = {
	/** Of an answer of the API, after decompression. Its own have some kilobytes. */
	answer: 5_000_000,
	/** Of a result whose length the storage does not state. The longest lip sync has 120,000 frames. */
	file: 20_000_000_000,
};

/** As people read it, such as `5 MB`. */
export const inUnits = (bytes: number): string =>
	bytes >= 1e9 ? `${bytes / 1e9} GB` : `${bytes / 1e6} MB`;
