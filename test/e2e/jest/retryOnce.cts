// A browser on a busy machine misses a deadline now and then: a test that fails is tried once more, and both are told.
jest.retryTimes(1, { logErrorsBeforeRetry: true });
