const UNITS = ['B', 'kB', 'MB', 'GB'];

/** A number of bytes as people say it, such as `65.5 kB`. */
export function bytesInWords(bytes: number): string {
	const power = Math.min(Math.floor(Math.log10(Math.max(bytes, 1)) / 3), UNITS.length - 1);
	const value = bytes / 1000 ** power;
	return `${power === 0 ? value : value.toFixed(1)} ${UNITS[power]}`;
}
