import { createScimToken, revokeScimToken, tenantOfSide, VENDOR_SLUG } from '@countersign/access';
import type { Answer, Context } from '../command/context.js';
import { usageError } from '../command/errors.js';
import { parseId, parseSeconds, parseSlug } from '../command/flags.js';
import { formatTable } from '../terminal/text.js';
import { formatInstant } from '../terminal/time.js';
import { withStore } from './database.js';

const MAX_TTL_DAYS = 366;

/** Makes the token of a side's SCIM client. Without `--json` stdout holds the token alone; it is shown this once. */
export async function createToken(context: Context, side: string, { ttl }: { ttl: string }): Promise<Answer> {
  const tenant = tenantOfSide(parseSlug('<side>', side));
  const seconds = parseSeconds('--ttl', ttl);
  if (seconds > MAX_TTL_DAYS * 86_400) throw usageError(`--ttl is at most P${MAX_TTL_DAYS}D`);
  const token = await withStore(context, {}, ({ deps }) => createScimToken(deps, tenant, seconds));
  if (!context.json) {
    context.note(`${token.id} for ${side}, until ${formatInstant(token.expiresAt, new Date())}.`);
    context.note('The token is shown this once. Give it to the provider with the address …/scim/v2:');
  }
  return { document: { ...token, tenant }, text: token.token };
}

export async function listTokens(context: Context): Promise<Answer> {
  const tokens = await withStore(context, {}, ({ deps }) =>
    deps.store.scimTokens.read((unit) => unit.scimTokens.list()),
  );
  const items = tokens.map(({ hash: _hash, ...token }) => token);
  const now = Date.now();
  const state = ({ revokedAt, expiresAt }: (typeof items)[number]) =>
    revokedAt !== null ? 'revoked' : Date.parse(expiresAt) <= now ? 'expired' : 'valid';
  const rows = items.map((token) => [token.id, token.tenant ?? VENDOR_SLUG, state(token), token.expiresAt]);
  return {
    document: { items, next: null },
    text: rows.length === 0 ? 'No SCIM tokens.' : formatTable(['ID', 'SIDE', 'STATE', 'EXPIRES'], rows),
  };
}

export async function revokeToken(context: Context, id: string): Promise<Answer> {
  parseId('sct', id);
  await withStore(context, {}, ({ deps }) => revokeScimToken(deps, id));
  return { document: { id, revoked: true }, text: `${id} is revoked.` };
}
