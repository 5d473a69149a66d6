import { hash } from 'node:crypto';
import {
  isId,
  isInstant,
  isTenantSlug,
  latestEndOfTerms,
  type Terms,
  termsDigest,
} from '@countersign/contract';
import { MintError } from './errors.js';
import type { MintOrder } from './mint-grant-token.js';

type Check = (order: MintOrder) => boolean;

/** What a checker would refuse anyway, found before it is signed: a token that contradicts itself is a fault here. */
const CHECKS: readonly (readonly [what: string, holds: Check])[] = [
  ['issuer', ({ issuer }) => issuer !== ''],
  ['audience', ({ audience }) => audience !== ''],
  ['jti', ({ jti }) => jti !== ''],
  ['key id', ({ key }) => key.kid !== ''],
  ['life', ({ tokenTtlSeconds }) => Number.isSafeInteger(tokenTtlSeconds) && tokenTtlSeconds > 0],
  ['grant', ({ grant }) => isId('grt', grant.id) && isInstant(grant.startsAt) && isInstant(grant.endsAt)],
  ['subject', ({ subject, terms }) => isId('usr', subject) && terms.requester === subject],
  ['tenant', ({ tenant, terms }) => isTenantSlug(tenant) && terms.tenant === tenant],
  ['window', ({ grant, terms }) => liesInTerms(grant, terms)],
];

/** Throws MintError `invalid_claims`, naming the part that contradicts the terms, or `digest_mismatch`. */
export function requireConsistent(order: MintOrder): void {
  for (const [what, holds] of CHECKS) {
    if (!holds(order))
      throw new MintError('invalid_claims', `the ${what} cannot be that of a token with these terms`);
  }
  const digest = termsDigest({ sha256: (data) => hash('sha256', data, 'buffer') }, order.terms);
  if (digest !== order.digest) throw new MintError('digest_mismatch', 'the digest is not that of the terms');
}

function liesInTerms(grant: MintOrder['grant'], terms: Terms): boolean {
  const begins = Date.parse(grant.startsAt);
  const early = terms.startsAt !== undefined && begins < Date.parse(terms.startsAt);
  const ends = Date.parse(grant.endsAt);
  return !early && ends <= begins + terms.seconds * 1_000 && ends <= latestEndOfTerms(terms);
}
