export * from './call/index.js';
export * from './countersignature/index.js';
export { readJwks } from './keys/read-jwks.js';
export { nodeHashing } from './node-hashing.js';
export { checkToken } from './token/check-token.js';
export type { GrantTokenClaims } from './token/claims.js';
export { GrantTokenVerifier } from './token/grant-token-verifier.js';
export type { TokenReason, TokenRefusal } from './token/verdict.js';
export { verifyGrantToken } from './token/verify-grant-token.js';
