import type { IExecuteFunctions } from 'n8n-workflow';

import { stepName } from './familyClaim';
import type { Marks } from './marks';
import type { ExecutionMemory } from './memory';
import { familyOf } from './order';
import { storedExecution } from './storedExecution';

/**
 * To n8n, a node that was deleted and put back under its name is another one. Retries with the original workflow run the
 * first, retries with the saved workflow the second, and neither sees the other's marks. Its memory tells the second
 * one, because n8n keeps that under the name of the node. So the second one leaves word among the marks of the workflow,
 * and from then on all retries of the family take their steps there, too.
 */
export class ReplacedNode {
	private begun?: string;

	constructor(
		private readonly ctx: IExecuteFunctions,
		private readonly memory: ExecutionMemory,
		private readonly marks: Record<'node' | 'workflow', Marks>,
	) {}

	/**
	 * To be called before a step is taken.
	 * @returns whether this node has taken the place of another one, and is the first of the family to notice it: a retry
	 *   with the other one may have made jobs that it cannot see
	 * @throws Error when the database is away
	 */
	async notice(): Promise<boolean> {
		const { stored } = this.memory;
		const { id } = this.ctx.getNode();
		const isOther = stored.node !== undefined && stored.node !== id;
		const isReplaced = isOther || (await this.isOtherForgotten());
		const isKnown = stored.isReplaced === true;
		if (this.ctx.getMode() === 'retry') await this.leaveWord(isReplaced || isKnown);
		stored.node = id;
		return isReplaced && !isKnown;
	}

	/** To be called where no job was made: another node of that name may make them. */
	async giveBack(): Promise<void> {
		if (this.begun !== undefined) await this.marks.workflow.takeBack([this.begun]);
	}

	/** Where no job is remembered, another node may have run in a retry, or in a process that was killed. */
	private async isOtherForgotten(): Promise<boolean> {
		const { node, chain } = this.memory.stored;
		if (this.ctx.getMode() !== 'retry' || (chain?.steps ?? 0) > 0) return false;
		if (await this.isBegunByOther()) return true;
		return node === undefined && (await this.isInPlaceOfKilled());
	}

	/** An execution that made no job has no memory of one for its retries. The first to make one leaves word for the others. */
	private async isBegunByOther(): Promise<boolean> {
		const family = familyOf(this.ctx);
		if (family === undefined) return false;
		const begun = `${family} was begun by a retry`;
		if ((await this.marks.workflow.leave([begun])).length === 0) {
			this.begun = begun;
			return false;
		}
		const step = stepName({ family, answers: 0, steps: 0 });
		return (await this.marks.node.known([step])).length === 0;
	}

	/**
	 * A process that is killed in the middle of a run leaves marks, and no memory. Where this node has no marks at all, and
	 * one of its name was begun, that one may have left some.
	 */
	private async isInPlaceOfKilled(): Promise<boolean> {
		if (!(await this.marks.node.isEmpty())) return false;
		const { name } = this.ctx.getNode();
		const data = await storedExecution(this.ctx, this.ctx.getExecutionId());
		// n8n takes the run that failed away, and leaves the list. One that failed by itself is the first to run again.
		const wasBegun = data?.resultData.runData[name] !== undefined;
		const runsAgain = data?.executionData?.nodeExecutionStack.some(
			({ node }) => node.name === name,
		);
		return wasBegun && runsAgain !== true;
	}

	private async leaveWord(isReplaced: boolean): Promise<void> {
		const { stored } = this.memory;
		const word = `${stored.chain?.family ?? familyOf(this.ctx)} was replaced`;
		// Also where it was left before: another process may have undone it.
		if (isReplaced) await this.marks.workflow.leave([word]);
		// Most workflows have no marks at all, and are left as they are.
		const { length } = (await this.marks.workflow.isEmpty())
			? []
			: await this.marks.workflow.known([word]);
		stored.isReplaced = length > 0;
	}
}
