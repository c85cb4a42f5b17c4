/** What became of a claim to make jobs. */
export type Claimed =
	/** Jobs may be made. */
	| { free: true; adopted: boolean }
	/** Others have made jobs, or were about to, and a person has to look at them first. `by`: their ids, with commas between. */
	| { free: false; by?: string; jobs?: string[] }
	/** It cannot be known: n8n's database does not answer. */
	| { free: false; failure: string };

/** Another execution, whose jobs are not known. */
export interface OtherExecution {
	/** Of the question about its jobs. */
	topic: string;
	/** Its id, where it is known. */
	by?: string;
}
