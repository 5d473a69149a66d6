export { grantTokenToSign } from './mint-grant-token.js';
export { generateSigningKey, type SigningKey } from './signing-key.js';
