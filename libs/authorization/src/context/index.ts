/**
 * For data services behind a gateway: is this call from it? It needs nothing but Node, so a service can take this folder as
 * it is.
 */
export type { AskedGateway } from './ask-gateway.js';
export {
  type CountersignContextGuard,
  type CountersignContextOptions,
  contextOf,
  contextVerifier,
  countersignContext,
} from './countersign-context.js';
export { countersignGuard } from './nest-guard.js';
export { parseSeenCall, type SeenCall } from './seen-call.js';
export { type ContextReason, ContextRefused, type CountersignCall } from './verify-context.js';
