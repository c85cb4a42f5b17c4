import { DataDeduplicationService } from 'n8n-core';
import type {
	DeduplicationItemTypes,
	DeduplicationScope,
	ICheckProcessedContextData,
	IDataDeduplicator,
} from 'n8n-workflow';

/** What n8n keeps for its deduplication helper. A double of n8n's, which needs a database. */
export class Marks {
	private readonly kept = new Map<string, Set<DeduplicationItemTypes>>();
	isReachable = true;

	/** Lets n8n's engine in this process use it. */
	async use(): Promise<void> {
		await DataDeduplicationService.init({
			checkProcessedAndRecord: async (values, scope, context) => {
				if (!this.isReachable) throw new Error('The database is away');
				const kept = this.of(scope, context);
				const processed = values.filter((value) => kept.has(value));
				for (const value of values) kept.add(value);
				return { new: values.filter((value) => !processed.includes(value)), processed };
			},
			removeProcessed: async (values, scope, context) => {
				for (const value of values) this.of(scope, context).delete(value);
			},
			getProcessedDataCount: async (scope, context) => this.of(scope, context).size,
		} as Partial<IDataDeduplicator> as IDataDeduplicator);
	}

	private of(scope: DeduplicationScope, { node }: ICheckProcessedContextData) {
		const owner = scope === 'node' ? node!.id : '';
		const kept = this.kept.get(owner) ?? new Set();
		this.kept.set(owner, kept);
		return kept;
	}
}
