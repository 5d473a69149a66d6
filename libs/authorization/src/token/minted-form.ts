import { hasDuplicateMember } from '@countersign/contract';
import type { JsonObject } from './grant-token.js';

/**
 * Readers for the one form in which brokers mint header and payload. They accept less than a JSON parser and take a fourth of its
 * time, because the form leaves nothing to search for: its members have fixed places, so that none is there twice, and the terms
 * are in their canonical form already. For text of any other form they return undefined; then the general reader decides.
 */

/** Text without escapes: what stands between the quotes is the value. */
const TEXT = '[^"\\\\\\x00-\\x1f]*';
/** At most 15 digits, which a number holds exactly and writes in the same way. */
const COUNT = '(?:0|[1-9][0-9]{0,14})';
const list = (item: string): string => `\\[(?:${item}(?:,${item})*)?\\]`;
const SCOPE = list(`\\{"actions":${list(`"${TEXT}"`)},"resource":"${TEXT}"\\}`);
const BUDGET = `\\{(?:"bytes":${COUNT},)?"calls":${COUNT}\\}|\\{"bytes":${COUNT}\\}`;

/** A member with the comma after it. The pattern has one group, which finds the value. */
type Member<Name extends string> = { name: Name; pattern: string };

function member<const Name extends string>(name: Name, value: string): Member<Name> {
  return { name, pattern: `"${name}":${value},` };
}
const text = <const Name extends string>(name: Name) => member(name, `"(${TEXT})"`);
const count = <const Name extends string>(name: Name) => member(name, `(${COUNT})`);
function optional<Name extends string>({ name, pattern }: Member<Name>): Member<Name> {
  return { name, pattern: `(?:${pattern})?` };
}

/** In the order of `grantTokenToSign`. The terms and the countersignatures follow. */
const CLAIMS = [
  text('iss'),
  text('aud'),
  text('sub'),
  text('client_id'),
  text('jti'),
  count('iat'),
  count('nbf'),
  count('exp'),
  text('grant_id'),
  count('grant_nbf'),
  count('grant_exp'),
  text('tenant'),
  optional(text('log')),
  text('digest'),
];

/** In canonical order, before `v`. Not the change or the facts about the requester, which are rare. */
const TERMS = [
  text('basis'),
  optional(member('budget', `(${BUDGET})`)),
  text('deployment'),
  optional(text('extends')),
  optional(text('invitation')),
  text('justification'),
  text('lapsesAt'),
  optional(text('parent')),
  text('request'),
  text('requester'),
  text('routes'),
  member('scope', `(${SCOPE})`),
  count('seconds'),
  text('service'),
  optional(text('startsAt')),
  text('startsOn'),
  text('tenant'),
  optional(text('ticket')),
  optional(member('unmasked', '(true)')),
  optional(text('useBy')),
];

const patternOf = (members: readonly Member<string>[]): string =>
  members.map(({ pattern }) => pattern).join('');

const PAYLOAD = new RegExp(
  [
    `^\\{${patternOf(CLAIMS)}`,
    `"authorization_details":\\[\\{"type":"tenant_data","terms":(\\{${patternOf(TERMS)}"v":(${COUNT})\\})\\}\\]`,
    `(?:,"countersignatures":(\\[.*\\]))?\\}$`,
  ].join(''),
);

/** The number of each member's group. Named groups would make the reader slower. */
function groupsOf<Name extends string>(
  members: readonly Member<Name>[],
  first: number,
): Record<Name, number> {
  return Object.fromEntries(members.map(({ name }, at) => [name, first + at])) as Record<Name, number>;
}
const CLAIM = groupsOf(CLAIMS, 1);
const ALL_TERMS = CLAIMS.length + 1;
const TERM = groupsOf(TERMS, ALL_TERMS + 1);
const VERSION = ALL_TERMS + TERMS.length + 1;
const COUNTERSIGNATURES = VERSION + 1;

const HEADER = new RegExp(`^\\{"alg":"ES256","typ":"at\\+jwt","kid":"(${TEXT})"\\}$`);

/** Names no member twice. */
export function readMintedHeader(json: string): JsonObject | undefined {
  const kid = HEADER.exec(json)?.[1];
  return kid === undefined ? undefined : { alg: 'ES256', typ: 'at+jwt', kid };
}

/** A payload that names no member twice, as a JSON parser reads it, and the canonical JSON of its terms. */
export type MintedPayload = { payload: JsonObject; termsText: string };

export function readMintedPayload(json: string): MintedPayload | undefined {
  const found = PAYLOAD.exec(json);
  if (found === null) return undefined;
  const payload: Record<string, unknown> = {
    iss: found[CLAIM.iss],
    aud: found[CLAIM.aud],
    sub: found[CLAIM.sub],
    client_id: found[CLAIM.client_id],
    jti: found[CLAIM.jti],
    iat: Number(found[CLAIM.iat]),
    nbf: Number(found[CLAIM.nbf]),
    exp: Number(found[CLAIM.exp]),
    grant_id: found[CLAIM.grant_id],
    grant_nbf: Number(found[CLAIM.grant_nbf]),
    grant_exp: Number(found[CLAIM.grant_exp]),
    tenant: found[CLAIM.tenant],
    digest: found[CLAIM.digest],
    authorization_details: [{ type: 'tenant_data', terms: termsOf(found) }],
  };
  if (found[CLAIM.log] !== undefined) payload['log'] = found[CLAIM.log];
  const countersignatures = found[COUNTERSIGNATURES];
  if (countersignatures !== undefined) {
    const list = readList(countersignatures);
    if (list === undefined) return undefined;
    payload['countersignatures'] = list;
  }
  return { payload, termsText: found[ALL_TERMS] as string };
}

function termsOf(found: readonly (string | undefined)[]): JsonObject {
  const terms: Record<string, unknown> = {
    basis: found[TERM.basis],
    deployment: found[TERM.deployment],
    justification: found[TERM.justification],
    lapsesAt: found[TERM.lapsesAt],
    request: found[TERM.request],
    requester: found[TERM.requester],
    routes: found[TERM.routes],
    scope: JSON.parse(found[TERM.scope] as string),
    seconds: Number(found[TERM.seconds]),
    service: found[TERM.service],
    startsOn: found[TERM.startsOn],
    tenant: found[TERM.tenant],
    v: Number(found[VERSION]),
  };
  const budget = found[TERM.budget];
  if (budget !== undefined) terms['budget'] = JSON.parse(budget);
  if (found[TERM.extends] !== undefined) terms['extends'] = found[TERM.extends];
  if (found[TERM.invitation] !== undefined) terms['invitation'] = found[TERM.invitation];
  if (found[TERM.parent] !== undefined) terms['parent'] = found[TERM.parent];
  if (found[TERM.startsAt] !== undefined) terms['startsAt'] = found[TERM.startsAt];
  if (found[TERM.ticket] !== undefined) terms['ticket'] = found[TERM.ticket];
  if (found[TERM.unmasked] !== undefined) terms['unmasked'] = true;
  if (found[TERM.useBy] !== undefined) terms['useBy'] = found[TERM.useBy];
  return terms;
}

/** The countersignatures; undefined if they are no JSON, or name a member twice. */
function readList(json: string): unknown {
  try {
    const list: unknown = JSON.parse(json);
    return hasDuplicateMember(json) ? undefined : list;
  } catch {
    return undefined;
  }
}
