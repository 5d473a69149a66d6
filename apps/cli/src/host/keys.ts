import {
  createApiKey,
  OVERLAP_SECONDS,
  revokeApiKey,
  revokeSigningKey,
  rotateSigningKey,
} from '@countersign/access';
import type { Answer, Context } from '../command/context.js';
import { usageError } from '../command/errors.js';
import { durationSeconds, idOf, slug } from '../command/flags.js';
import { humanSeconds, instantFrom, table } from '../terminal/text.js';
import { withStore } from './database.js';

export type CreateKeyOptions = { principal: string; tenant?: string; ttl: string };

/** A key that outlives a year is a standing secret that nobody remembers. */
const LONGEST_DAYS = 366;

function lifeSeconds(text: string): number {
  const seconds = durationSeconds('--ttl', text);
  if (seconds > LONGEST_DAYS * 86_400) throw usageError(`--ttl is at most P${LONGEST_DAYS}D`);
  return seconds;
}

export async function createKey(context: Context, options: CreateKeyOptions): Promise<Answer> {
  const input = {
    email: options.principal,
    tenant: options.tenant === undefined ? null : slug('--tenant', options.tenant),
    ttl: lifeSeconds(options.ttl),
  };
  const issued = await withStore(context, {}, ({ deps }) => createApiKey(deps, input));
  if (!context.json) {
    const side = issued.tenant === null ? 'vendor' : issued.tenant;
    context.note(
      `${issued.id} for ${issued.principal} (${side}), until ${instantFrom(issued.expiresAt, new Date())}.`,
    );
    context.note('It is shown this once. Keep it in COUNTERSIGN_API_KEY or in a file of mode 0600:');
  }
  return { document: issued, text: issued.key };
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
  return {
    document: { items, next: null },
    text: rows.length === 0 ? 'No API keys.' : table(['ID', 'PRINCIPAL', 'SIDE', 'STATE', 'EXPIRES'], rows),
  };
}

export async function revokeKey(context: Context, id: string): Promise<Answer> {
  idOf('key', id);
  await withStore(context, {}, ({ deps }) => revokeApiKey(deps, id));
  return { document: { id, revoked: true }, text: `${id} is revoked.` };
}

export async function rotateSigning(context: Context): Promise<Answer> {
  const rotated = await withStore(context, {}, ({ deps, keyMaker }) => rotateSigningKey(deps, keyMaker));
  return {
    document: rotated,
    text: `${rotated.kid} signs from ${rotated.activeFrom}; the key before it verifies for ${humanSeconds(OVERLAP_SECONDS)} more.`,
  };
}

export async function revokeSigning(context: Context, kid: string): Promise<Answer> {
  const { successor } = await withStore(context, {}, ({ deps, keyMaker }) =>
    revokeSigningKey(deps, keyMaker, kid),
  );
  return {
    document: { kid, revoked: true, successor },
    text: `${kid} is revoked; its tokens are refused from now on. ${successor} signs.`,
  };
}
