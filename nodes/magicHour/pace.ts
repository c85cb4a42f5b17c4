/** Seconds between two status checks are never more than this. */
const LONGEST_PAUSE_SECONDS = 30;

/** A job is asked again after a tenth of its age, so its end is noticed within about 5 % of its time. */
const SHARE_OF_AGE = 0.1;

/** Once half of a batch has ended, the others are taken to end before this multiple of the age it had then. */
const LATEST_OF_HALF_AGE = 2;

/**
 * Seconds until the next status check of a job.
 * @param ageSeconds since the job was created
 * @param pollInterval the shortest pause, in seconds
 */
export function secondsToNextCheck(ageSeconds: number, pollInterval: number): number {
	const longest = Math.max(pollInterval, LONGEST_PAUSE_SECONDS);
	return Math.min(Math.max(ageSeconds * SHARE_OF_AGE, pollInterval), longest);
}

/**
 * How often the jobs of a batch are asked for. Pauses grow with a job's age until half of the batch has ended;
 * from then on the others are asked at the shortest pause, because jobs of a batch take about the same time
 * and the batch takes as long as its last one.
 */
export class Pace {
	private awaited = 0;
	private readonly endedAges: number[] = [];

	/** To be called once for each job that was seen unfinished: one that was not tells nothing of how long it took. */
	expect(): void {
		this.awaited++;
	}

	/**
	 * To be called when such a job was seen to have ended.
	 * @param ageSeconds since it was created
	 */
	noteEnd(ageSeconds: number): void {
		this.endedAges.push(ageSeconds);
	}

	/** As the function of that name, for a job of this batch. */
	secondsToNextCheck(ageSeconds: number, pollInterval: number): number {
		return ageSeconds < this.endExpectedBy
			? pollInterval
			: secondsToNextCheck(ageSeconds, pollInterval);
	}

	/** An age in seconds; 0 until half of the batch has ended. */
	private get endExpectedBy(): number {
		const half = Math.ceil(this.awaited / 2);
		return (this.endedAges[half - 1] ?? 0) * LATEST_OF_HALF_AGE;
	}
}
