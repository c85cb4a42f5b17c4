import { BUILT_IN_LOOP, BUILT_IN_REQUEST, CURL, SDK_NAME, THIS_NODE } from '../parts/names.cts';
import type { BatchRow, FileRow, Results } from '../results.cts';
import { growth } from './tables.cts';

/** What people ask for first, in sentences. */
export function summary({ batch, files, creates }: Results): string {
	const largestBatch = Math.max(...batch.map(({ jobs }) => jobs));
	const batchOf = (scenario: BatchRow['scenario'], contender: string) =>
		batch.find(
			(row) =>
				row.scenario === scenario && row.jobs === largestBatch && row.contender === contender,
		)!;
	const ofLimit = (scenario: BatchRow['scenario'], contender: string) => {
		const { seconds, limit } = batchOf(scenario, contender);
		return `${(seconds.median / limit).toFixed(2)} × the limit`;
	};
	const checks = (contender: string) => batchOf('minutes', contender).checks.median.toFixed(0);

	const largestFile = Math.max(...files.map(({ bytes }) => bytes));
	const transfer = (direction: FileRow['direction'], contender: string, isOverLine: boolean) =>
		files.find(
			(row) =>
				row.direction === direction &&
				row.bytes === largestFile &&
				row.contender === contender &&
				(row.line !== undefined) === isOverLine,
		)!;
	const grown = (direction: FileRow['direction'], contender: string) =>
		`${((growth(files, transfer(direction, contender, false)) ?? 0) / 1e6).toFixed(0)} MB`;
	const ofCurl = (direction: FileRow['direction'], isOverLine: boolean) => {
		const { seconds } = transfer(direction, THIS_NODE, isOverLine);
		return `${(seconds.median / transfer(direction, CURL, isOverLine).seconds.median).toFixed(2)} ×`;
	};

	const near = creates.filter(({ roundTrip }) => roundTrip === 0);
	const fastest = (name: string) =>
		Math.min(
			...near
				.filter(({ contender }) => contender.startsWith(name))
				.map(({ perItem }) => perItem.median),
		).toFixed(2);

	return [
		`- **A batch of ${largestBatch}, renders of 20 seconds**: ${ofLimit('short', THIS_NODE)} (loop of built-in nodes ${ofLimit('short', BUILT_IN_LOOP)}, SDK ${ofLimit('short', SDK_NAME)}).`,
		`- **A batch of ${largestBatch}, renders of minutes**: ${ofLimit('minutes', THIS_NODE)} with ${checks(THIS_NODE)} status checks per job (loop of built-in nodes ${ofLimit('minutes', BUILT_IN_LOOP)} with ${checks(BUILT_IN_LOOP)}, SDK ${ofLimit('minutes', SDK_NAME)} with ${checks(SDK_NAME)}).`,
		`- **2 GB**: memory grows by ${grown('upload', THIS_NODE)} for an upload (HTTP Request node ${grown('upload', BUILT_IN_REQUEST)}, SDK ${grown('upload', SDK_NAME)}) and by ${grown('download', THIS_NODE)} for a download (HTTP Request node ${grown('download', BUILT_IN_REQUEST)}, SDK ${grown('download', SDK_NAME)}). Over a line of 1.6 Gbit/s it takes ${ofCurl('upload', true)} and ${ofCurl('download', true)} the time of curl; within one machine ${ofCurl('upload', false)} and ${ofCurl('download', false)}.`,
		`- **1,000 creations**: ${fastest(THIS_NODE)} ms an item, at the best setting of each (HTTP Request node ${fastest(BUILT_IN_REQUEST)} ms).`,
	].join('\n');
}
