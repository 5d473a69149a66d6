export { BackOff, type BackOffPolicy, backOffDelay, type Random, RetryTimer } from './back-off.js';
export { Batcher, type BatcherOptions } from './batcher.js';
export { describeError, errorMessage, errorStack, plainError } from './describe-error.js';
export { growingCache } from './growing-cache.js';
export { createLogger, type Logger, type LoggerOptions } from './logger.js';
export { type LoopError, PeriodicLoop } from './periodic-loop.js';
export { Semaphore } from './semaphore.js';
export { SingleFlight } from './single-flight.js';
export { inStepsOf, sleep, withinTime } from './sleep.js';
