/** Seconds between two status checks are never more than this. */
const LONGEST_PAUSE_SECONDS = 30;

/** A job is asked again after about a tenth of its age, so its end is noticed within about 5 % of its time. */
const SHARE_OF_AGE = 0.1;

/** In a batch, that share differs from job to job: by up to this part of it, more or less. */
const SPREAD = 0.2;

/** Its multiples, without their whole part, lie evenly between 0 and 1, however many there are. */
const GOLDEN_RATIO = (1 + Math.sqrt(5)) / 2;

/** Once a job of a batch is complete, the others are taken to end before this multiple of its age. */
const LATEST_OF_ONE = 1.1;

/** A job that takes this many times longer than the typical one becomes the typical one. */
const ANOTHER_KIND = 1.5;

/** Once half of a batch has ended, the others are taken to end before this multiple of the age it had then. */
const LATEST_OF_HALF = 2;

/**
 * How often the jobs of a batch are asked for. Pauses grow with a job's age, and differ a little from job to job,
 * so that a large batch is not asked for all at once, and the first end is seen soon. Jobs of a batch often take
 * about the same time: when one is complete, the others are asked at the shortest pause for a while, and when half
 * of them have ended, until twice that age, because the batch takes as long as its last one.
 */
export class PollPace {
	private jobs = 0;
	private unfinished = 0;
	private completeAge = 0;
	private readonly endedAges: number[] = [];
	private expectedBy = 0;

	/**
	 * The pace of one more job of the batch.
	 * @param pollInterval the shortest pause, in seconds
	 */
	join(pollInterval: number): JobPace {
		// Between -1 and 1, and 0 for a job that is alone.
		const place = 2 * ((this.jobs++ * GOLDEN_RATIO + 0.5) % 1) - 1;
		return new JobPace(this, pollInterval, SHARE_OF_AGE * (1 + SPREAD * place));
	}

	/** For {@link JobPace}: a job was seen unfinished for the first time. */
	expect(): void {
		this.unfinished++;
		this.update();
	}

	/** For {@link JobPace}: such a job was seen to have ended. */
	noteEnd(ageSeconds: number, isComplete: boolean): void {
		this.endedAges.push(ageSeconds);
		if (isComplete && ageSeconds >= this.completeAge * ANOTHER_KIND) this.completeAge = ageSeconds;
		this.update();
	}

	/** The age, in seconds, before which jobs are taken to end; 0 until that can be said. */
	get endExpectedBy(): number {
		return this.expectedBy;
	}

	/** Thousands of jobs that wait ask for it five times a second. */
	private update(): void {
		const half = Math.ceil(this.unfinished / 2);
		const halfAge = this.endedAges[half - 1] ?? 0;
		this.expectedBy = Math.max(this.completeAge * LATEST_OF_ONE, halfAge * LATEST_OF_HALF);
	}
}

/** How often one job is asked for. */
export class JobPace {
	private wasSeen = false;

	constructor(
		private readonly batch: PollPace,
		private readonly pollInterval: number,
		private readonly shareOfAge: number,
	) {}

	/** To be called whenever the job was seen unfinished. */
	noteUnfinished(): void {
		if (!this.wasSeen) this.batch.expect();
		this.wasSeen = true;
	}

	/**
	 * To be called when the job was seen to have ended.
	 * @param ageSeconds since it was created
	 * @param isComplete false when it ended badly, which can happen at any age
	 */
	noteEnd(ageSeconds: number, isComplete: boolean): void {
		// One that nobody saw unfinished tells nothing of how long it took.
		if (this.wasSeen) this.batch.noteEnd(ageSeconds, isComplete);
	}

	/**
	 * Seconds until its next status check.
	 * @param ageSeconds since it was created
	 */
	secondsToNextCheck(ageSeconds: number): number {
		if (ageSeconds < this.batch.endExpectedBy) return this.pollInterval;
		const longest = Math.max(this.pollInterval, LONGEST_PAUSE_SECONDS);
		return Math.min(Math.max(ageSeconds * this.shareOfAge, this.pollInterval), longest);
	}
}
