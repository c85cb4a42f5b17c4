/** What is measured, as it is called in the results. */
export const THIS_NODE = 'this node';
export const BUILT_IN_LOOP = 'loop of built-in nodes';
export const BUILT_IN_REQUEST = 'HTTP Request node';
export const SDK_NAME = "the vendor's SDK";
export const SEQUENTIAL = 'one job after the other';
export const CURL = 'curl';

/** A sandbox for all of them: the SDK understands no answers without the deprecated fields. */
export const SETUP = { queueSeconds: 0, renderSeconds: 0, credits: 1e9, deprecatedFields: true };
