/** What became of a claim to make jobs. */
export type Claimed =
	/** Jobs may be made. */
	| { free: true; adopted: boolean }
	/** Another execution has made jobs, or was about to, and a person has to look at them first. */
	| { free: false; by?: string; jobs?: string[] }
	/** It cannot be known: n8n's database does not answer. */
	| { free: false; failure: string };
