/** A stand-in for Magic Hour's API, for trying the node without an account and for its tests. */
export { startSandbox } from './sandbox.cts';
export { signDelivery } from './webhooks.cts';
export type * from './types.cts';
