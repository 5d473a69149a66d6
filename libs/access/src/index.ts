/**
 * What other libraries and programs may use of the domain. A file of `features/` lists what one feature offers; `ports/` is what
 * a store has to offer in return.
 */
export {
  AccessError,
  type AccessErrorCode,
  notFound,
  type Refusal,
} from './errors.js';
export * from './features/authorities.js';
export * from './features/gateways.js';
export * from './features/grants.js';
export * from './features/log.js';
export * from './features/notices.js';
export * from './features/organisation.js';
export * from './features/requests.js';
export * from './features/reviews-of-access.js';
export * from './features/sign-in.js';
export * from './features/trust.js';
export * from './ports/index.js';
export type { Deps, SigningDeps } from './use-cases/shared/deps.js';
export { hexDigest, makeMailedCode, randomText, readMailedCode } from './use-cases/shared/secrets.js';
