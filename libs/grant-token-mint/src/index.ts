export { MintError, type MintErrorCode } from './errors.js';
export { type MintedGrantToken, type MintOrder, mintGrantToken } from './mint-grant-token.js';
export { generateSigningKey, type PublicJwk, publicJwks, type SigningKey } from './signing-key.js';
