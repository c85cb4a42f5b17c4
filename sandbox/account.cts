import type { Account, LipSyncRequest } from '../nodes/magicHour/api/contract.ts';
import { Refusal } from './answer.cts';

/** The account as the API shows it. */
export function accountWith(tier: Account['tier'], credits: number): Account {
	return {
		id: 'cmsandboxaccount000000000',
		email: 'sandbox@example.com',
		tier,
		credits: Math.max(0, credits),
		subscription:
			tier === 'free'
				? null
				: {
						name: `${tier[0]?.toUpperCase()}${tier.slice(1)} (sandbox)`,
						status: 'active',
						price: { amount: 1500, currency: 'usd' },
						discount: null,
						billing_interval: 'month',
						current_period_end: '2030-01-01T00:00:00.000Z',
						cancel_at_period_end: false,
					},
	};
}

/** @throws Refusal 402 when the account may not, or cannot, pay for the job */
export function demandPayable(account: Account, request: LipSyncRequest, price: number): void {
	const mode = request.style?.generation_mode ?? 'lite';
	if (account.tier === 'free' && mode !== 'lite') {
		throw new Refusal(
			402,
			`The ${mode} mode is only available on the Creator, Pro and Business tiers.`,
			'plan_upgrade_required',
		);
	}
	if (price > account.credits) {
		throw new Refusal(
			402,
			`This job needs ${price} credits and the account has ${account.credits}.`,
			'insufficient_credits',
		);
	}
}
