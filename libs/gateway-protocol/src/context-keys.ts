import { createSecretKey, type KeyObject, randomBytes } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { isServiceName } from '@countersign/contract';
import { z } from 'zod';
import { readAtMost, writeFileDurably } from './durable-file.js';
import { instant } from './shapes.js';

/**
 * Keys of one service for `context: hmac`, beside the gateway's identity: `context-keys/SERVICE.json` (mode 0600),
 *
 *     {"v":1,"keys":[{"kid":"…","k":"…","from":"2026-11-27T10:00:00Z"}]}
 *
 * `k` is 32 random bytes in base64url. Each key signs from `from` until the next one does. There are at most two: the one
 * that signs, and one that waits, so that the upstream knows it first. No one but this host and the upstream has them.
 */
const keyFile = z.strictObject({
  v: z.literal(1),
  keys: z
    .array(
      z.strictObject({
        kid: z.string().regex(/^[A-Za-z0-9_-]{16}$/),
        k: z.string().regex(/^[A-Za-z0-9_-]{43}$/),
        from: instant,
      }),
    )
    .min(1)
    .max(2),
});

/** A key of one service. `from`: when it begins to sign, in milliseconds since the epoch. */
export type ContextKey = { kid: string; key: KeyObject; from: number };

/** As the upstream gets it: a JWK (RFC 7517, RFC 7518 §6.4) that any library for JWS takes. */
export type ContextJwk = { kty: 'oct'; kid: string; alg: 'HS256'; use: 'sig'; k: string };

const KEY_BYTES = 32;
const KID_BYTES = 12;
const MAX_BYTES = 64 * 1024;

/** The file of a service's keys. Throws RangeError if this is no service's name: it becomes a part of a path. */
export function contextKeysPath(spoolDir: string, service: string): string {
  if (!isServiceName(service)) throw new RangeError('not the name of a service');
  return join(spoolDir, 'context-keys', `${service}.json`);
}

/** Reads the text of such a file, keys in the order in which they sign. Throws if it has another form. */
export function parseContextKeys(text: string): ContextKey[] {
  return keyFile
    .parse(JSON.parse(text))
    .keys.map(({ kid, k, from }) => ({
      kid,
      key: createSecretKey(Buffer.from(k, 'base64url')),
      from: Date.parse(from),
    }))
    .sort((a, b) => a.from - b.from);
}

/** The key that signs at a moment; undefined if none does yet. */
export function signingContextKey(keys: readonly ContextKey[], now: number): ContextKey | undefined {
  return keys.findLast(({ from }) => from <= now);
}

/**
 * Makes another key. The first one signs at once; a further one after `overlapMs`, and the one before until then. A key
 * that waits already is replaced. Throws the file system's error, and what `parseContextKeys` throws: a file of another
 * form is never overwritten.
 *
 * @returns the key for the upstream, when it signs, and the ids of the key that signs until then and of one that was replaced
 */
export async function addContextKey(
  spoolDir: string,
  service: string,
  { now, overlapMs }: { now: number; overlapMs: number },
): Promise<{ jwk: ContextJwk; from: string; until: string | null; replaced: string | null }> {
  const path = contextKeysPath(spoolDir, service);
  const known = await readKnown(path);
  const current = signingContextKey(known, now);
  const waiting = known.find(({ from }) => from > now);
  const from = current === undefined ? now : now + overlapMs;
  const kid = randomBytes(KID_BYTES).toString('base64url');
  const k = randomBytes(KEY_BYTES).toString('base64url');
  const keys = [
    ...(current === undefined || overlapMs === 0 ? [] : [stored(current)]),
    { kid, k, from: secondsOf(from) },
  ];
  await mkdir(join(spoolDir, 'context-keys'), { recursive: true, mode: 0o700 });
  await writeFileDurably(path, JSON.stringify({ v: 1, keys }), 0o600);
  return {
    jwk: { kty: 'oct', kid, alg: 'HS256', use: 'sig', k },
    from: secondsOf(from),
    until: current?.kid ?? null,
    replaced: waiting?.kid ?? null,
  };
}

async function readKnown(path: string): Promise<ContextKey[]> {
  const text = await readAtMost(path, MAX_BYTES).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT') throw error;
    return undefined;
  });
  return text === undefined ? [] : parseContextKeys(text);
}

const stored = ({ kid, key, from }: ContextKey) => ({
  kid,
  k: key.export().toString('base64url'),
  from: secondsOf(from),
});

/** Whole seconds, rounded down: a first key signs at once. */
const secondsOf = (at: number): string => `${new Date(at).toISOString().slice(0, 19)}Z`;
