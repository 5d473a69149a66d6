import {
  beginLogKeyRotation,
  continueLogKeyRotation,
  createApiKey,
  LOG_KEY_OVERLAP_SECONDS,
  OVERLAP_SECONDS,
  revokeApiKey,
  revokeSigningKey,
  rotateSigningKey,
} from '@countersign/access';
import { API_KEY_DAYS } from '@countersign/contract';
import type { Answer, Context } from '../command/context.js';
import { usageError } from '../command/errors.js';
import { parseId, parseSeconds, parseSlug } from '../command/flags.js';
import { formatTable } from '../terminal/text.js';
import { formatInstant, formatSeconds } from '../terminal/time.js';
import { withStore } from './database.js';

export type CreateKeyOptions = { principal: string; tenant?: string; ttl: string };

function parseTtl(text: string): number {
  const seconds = parseSeconds('--ttl', text);
  if (seconds > API_KEY_DAYS.longest * 86_400) throw usageError(`--ttl is at most P${API_KEY_DAYS.longest}D`);
  return seconds;
}

/** Makes an API key. Without `--json` stdout holds the key alone; it is shown this once. */
export async function createKey(context: Context, options: CreateKeyOptions): Promise<Answer> {
  const input = {
    email: options.principal,
    tenant: options.tenant === undefined ? null : parseSlug('--tenant', options.tenant),
    ttl: parseTtl(options.ttl),
  };
  const key = await withStore(context, {}, ({ deps }) => createApiKey(deps, input));
  if (!context.json) {
    const side = key.tenant ?? 'vendor';
    const until = formatInstant(key.expiresAt, new Date());
    context.note(`${key.id} for ${key.principal} (${side}), until ${until}.`);
    context.note('The key is shown this once. Keep it in COUNTERSIGN_API_KEY or in a file of mode 0600:');
  }
  return { document: key, text: key.key };
}

export async function listKeys(context: Context): Promise<Answer> {
  const keys = await withStore(context, {}, ({ deps }) =>
    deps.store.apiKeys.read((unit) => unit.apiKeys.list()),
  );
  const items = keys.map(({ key, person }) => ({
    id: key.id,
    principal: person.email,
    tenant: key.tenant,
    createdAt: key.createdAt,
    expiresAt: key.expiresAt,
    revokedAt: key.revokedAt,
  }));
  const now = Date.now();
  const state = (key: (typeof items)[number]) =>
    key.revokedAt !== null ? 'revoked' : Date.parse(key.expiresAt) <= now ? 'expired' : 'valid';
  const rows = items.map((key) => [key.id, key.principal, key.tenant ?? 'vendor', state(key), key.expiresAt]);
  const headings = ['ID', 'PRINCIPAL', 'SIDE', 'STATE', 'EXPIRES'];
  return {
    document: { items, next: null },
    text: rows.length === 0 ? 'No API keys.' : formatTable(headings, rows),
  };
}

export async function revokeKey(context: Context, id: string): Promise<Answer> {
  parseId('key', id);
  await withStore(context, {}, ({ deps }) => revokeApiKey(deps, id));
  return { document: { id, revoked: true }, text: `${id} is revoked.` };
}

/** Adds a new key that signs tokens. The previous key stays valid for a while, so that live tokens keep working. */
export async function rotateSigning(context: Context): Promise<Answer> {
  const rotated = await withStore(context, {}, ({ deps, signers }) => rotateSigningKey(deps, signers));
  const overlap = formatSeconds(OVERLAP_SECONDS);
  return {
    document: rotated,
    text: `${rotated.kid} signs from ${rotated.activeFrom}; the previous key verifies for ${overlap} more.`,
  };
}

export type RotateLogOptions = { overlap?: string };

/**
 * Adds a new key that signs the logs' checkpoints, and hands over to it in every log. If an earlier run ended before every log
 * had its leaf, this one completes it.
 */
export async function rotateLogKey(context: Context, options: RotateLogOptions): Promise<Answer> {
  const overlap =
    options.overlap === undefined ? LOG_KEY_OVERLAP_SECONDS : parseSeconds('--overlap', options.overlap);
  const rotated = await withStore(context, {}, async ({ deps, signers }) => {
    const begun = await beginLogKeyRotation(deps, signers);
    while (!(await continueLogKeyRotation(deps, signers, { actor: 'host', overlap })));
    return begun;
  });
  return {
    document: { ...rotated, overlap },
    text: `${rotated.kid} signs the logs from now on; ${rotated.replaces} signs beside it for ${formatSeconds(overlap)} more. Every log has a leaf in which the old key signs the new one. Give witnesses the new key.`,
  };
}

/** Withdraws a compromised signing key: gateways refuse its tokens at once. */
export async function revokeSigning(context: Context, kid: string): Promise<Answer> {
  const { successor } = await withStore(context, {}, ({ deps, signers }) =>
    revokeSigningKey(deps, signers, kid),
  );
  return {
    document: { kid, revoked: true, successor },
    text: `${kid} is revoked; its tokens are refused from now on. ${successor} signs.`,
  };
}
