/** What every part of the bench is given. */
export interface Surroundings {
	/** Where the SDK and the other packs are installed. */
	folder: string;
	/** Takes a line about what is being measured. */
	tell: (line: string) => void;
}
