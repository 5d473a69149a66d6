import { createHmac, createPrivateKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ed25519Thumbprint, exportEd25519PublicKey, writeFileDurably } from '@countersign/gateway-protocol';
import type { Logger } from 'pino';
import { type Ed25519Signer, ed25519Signer } from './ed25519-signer.js';
import type { BrokerClient } from './feed/broker-client.js';

/** The key pair by which upstreams and the broker know this gateway. */
export type Identity = {
  privateKey: KeyObject;
  /** Signs with the private key, by libsodium if it is there. */
  sign: Ed25519Signer;
  /** Raw 32 bytes, base64url. */
  publicKey: string;
  /** RFC 7638 thumbprint of the public key. */
  kid: string;
};

const FILE = 'identity.pem';

/**
 * Reads the identity from the folder, or creates it there (mode 0600). It is never overwritten, because the broker
 * registers it only once. Throws if the folder cannot be used or the file holds no Ed25519 key.
 */
export async function loadIdentity(folder: string): Promise<Identity> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const path = join(folder, FILE);
  const pem = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT') throw error;
    return undefined;
  });
  const privateKey = pem === undefined ? generateKeyPairSync('ed25519').privateKey : createPrivateKey(pem);
  const publicKey = exportEd25519PublicKey(privateKey);
  if (pem === undefined) {
    await writeFileDurably(path, privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(), 0o600);
  }
  const sign = ed25519Signer(privateKey);
  return { privateKey, sign, publicKey, kid: ed25519Thumbprint(publicKey) };
}

/**
 * Signs compact JWS (RFC 7515) of one `typ` with the identity: `alg` EdDSA (RFC 8037), and its `kid`.
 *
 * @returns a function from the claims to the JWS
 */
export function jwsSigner(
  { kid, sign }: Pick<Identity, 'kid' | 'sign'>,
  typ: string,
): (claims: object) => string {
  const header = encode({ alg: 'EdDSA', typ, kid });
  return (claims) => {
    const input = `${header}.${encode(claims)}`;
    return `${input}.${sign(input)}`;
  };
}

/**
 * The same with a key that its verifier has too: `alg` HS256 (RFC 7518 §3.2).
 *
 * @returns a function from the claims to the JWS
 */
export function hmacSigner(
  { kid, key }: { kid: string; key: KeyObject },
  typ: string,
): (claims: object) => string {
  const header = encode({ alg: 'HS256', typ, kid });
  return (claims) => {
    const input = `${header}.${encode(claims)}`;
    return `${input}.${createHmac('sha256', key).update(input).digest('base64url')}`;
  };
}

const encode = (value: object): string => Buffer.from(JSON.stringify(value), 'utf8').toString('base64url');

/** The public key as a JWK set (RFC 7517), for upstreams that verify the signed context. */
export function identityJwks({ publicKey, kid }: Identity): object {
  return { keys: [{ kty: 'OKP', crv: 'Ed25519', x: publicKey, kid, alg: 'EdDSA', use: 'sig' }] };
}

/**
 * Registers this gateway's public key with the broker, once a run. The broker accepts the first key, and answers 204
 * when it is repeated. Throws BrokerResponseError: 409 if another key is registered, because the folder is not the one
 * that this credential was first used with.
 */
export function identityRegistrar(
  broker: BrokerClient,
  identity: Identity,
  log: Logger,
): (signal: AbortSignal) => Promise<void> {
  let done = false;
  return async (signal) => {
    if (done) return;
    await broker.post('/gateway/v1/identity', JSON.stringify({ publicKey: identity.publicKey }), signal);
    done = true;
    log.info({ kid: identity.kid }, 'identity registered');
  };
}
