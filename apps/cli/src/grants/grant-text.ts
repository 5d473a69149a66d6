import type { Grant } from '@countersign/api';
import { formatPerson } from '../api/people.js';
import { formatAccess } from '../requests/request-text.js';
import { formatFacts, formatTable, optionalFact } from '../terminal/text.js';
import { formatInstant } from '../terminal/time.js';
import { describeAccessReason } from './access-text.js';

const NO_NAMES: ReadonlyMap<string, string> = new Map();

/** `active`, `active (stopped)` while a stop or a lock keeps calls from passing, or `ended (revoked)`. */
export function describeGrantState({ state, access, endReason }: Grant): string {
  const more = endReason ?? (state !== 'ended' && BLOCKING.has(access) ? access : null);
  return more === null ? state : `${state} (${more})`;
}

/** Kinds of access that the grant's own state does not tell. */
const BLOCKING: ReadonlySet<Grant['access']> = new Set(['stopped', 'locked', 'ended']);

/** Ids of the people whose names the text of a grant shows. */
export const peopleInGrant = ({ requester, accessReason }: Grant): string[] => [
  requester,
  ...(accessReason?.by == null ? [] : [accessReason.by]),
];

export const formatGrant = (grant: Grant, now: Date, names = NO_NAMES): string =>
  formatFacts([
    ['grant', grant.id],
    ['state', describeGrantState(grant)],
    ...optionalFact('why', describeAccessReason(grant, now, names)),
    ['who', formatPerson(grant.requester, names)],
    ['what', [`${grant.service} of ${grant.tenant}`, ...formatAccess(grant)]],
    ...optionalFact('starts', grant.startsAt === null ? null : formatInstant(grant.startsAt, now)),
    ...optionalFact('ends', grant.endsAt === null ? null : formatInstant(grant.endsAt, now)),
    ['used', `${grant.used.calls} ${grant.used.calls === 1 ? 'call' : 'calls'}, ${grant.used.bytes} bytes`],
    ['gateway', grant.gatewayUrl],
    ['request', grant.request],
    ['digest', grant.digest],
  ]);

export function formatGrants(grants: readonly Grant[]): string {
  if (grants.length === 0) return 'No grants.';
  return formatTable(
    ['ID', 'STATE', 'TENANT', 'SERVICE', 'SCOPE', 'ENDS', 'CALLS'],
    grants.map((grant) => [
      grant.id,
      describeGrantState(grant),
      grant.tenant,
      grant.service,
      formatAccess(grant).join('; '),
      grant.endsAt ?? '',
      String(grant.used.calls),
    ]),
  );
}

/** Commands to paste once the grant is active. */
export const nextCommands = (grant: string): string =>
  [
    `countersign curl ${grant} -- /…`,
    `countersign proxy ${grant} --port 8080`,
    `countersign release ${grant}`,
  ].join('\n');
