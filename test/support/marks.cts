import { DataDeduplicationService } from 'n8n-core';
import type { DeduplicationItemTypes, IDataDeduplicator } from 'n8n-workflow';

/** What n8n keeps for its deduplication helper. A double of n8n's, which needs a database. */
export class Marks {
	private readonly kept = new Set<DeduplicationItemTypes>();
	isReachable = true;

	/** Lets n8n's engine in this process use it. */
	async use(): Promise<void> {
		await DataDeduplicationService.init({
			checkProcessedAndRecord: async (values: DeduplicationItemTypes[]) => {
				if (!this.isReachable) throw new Error('The database is away');
				const processed = values.filter((value) => this.kept.has(value));
				for (const value of values) this.kept.add(value);
				return { new: values.filter((value) => !processed.includes(value)), processed };
			},
			removeProcessed: async (values: DeduplicationItemTypes[]) => {
				for (const value of values) this.kept.delete(value);
			},
		} as unknown as IDataDeduplicator);
	}
}
