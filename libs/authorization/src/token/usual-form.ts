import { hasDuplicateMember } from '@countersign/contract';
import type { JsonObject } from './grant-token.js';

/**
 * Readers for the one form in which brokers write header and payload. They accept less than a JSON parser and take a fourth of its
 * time, because the form leaves nothing to search for: its members have fixed places, so that none is there twice, and the terms
 * are in their canonical form already. For text of any other form they return undefined; then the general reader decides.
 */

/** Text without escapes: what stands between the quotes is the value. */
const TEXT = '[^"\\\\\\x00-\\x1f]*';
/** At most 15 digits, which a number holds exactly and writes in the same way. */
const COUNT = '(?:0|[1-9][0-9]{0,14})';
const text = (name: string): string => `"${name}":"(${TEXT})"`;
const count = (name: string): string => `"${name}":(${COUNT})`;
const maybe = (member: string): string => `(?:${member},)?`;
const list = (item: string): string => `\\[(?:${item}(?:,${item})*)?\\]`;

const SCOPE = list(`\\{"actions":${list(`"${TEXT}"`)},"resource":"${TEXT}"\\}`);
const BUDGET = `\\{(?:"bytes":${COUNT},)?"calls":${COUNT}\\}|\\{"bytes":${COUNT}\\}`;

/** In canonical order. Not with a change or facts about the requester, which are rare. */
const TERMS = [
  `\\{${text('basis')},${maybe(`"budget":(${BUDGET})`)}${text('deployment')},${maybe(text('extends'))}`,
  `${maybe(text('invitation'))}${text('justification')},${text('lapsesAt')},${maybe(text('parent'))}`,
  `${text('request')},${text('requester')},${text('routes')},"scope":(${SCOPE}),${count('seconds')},`,
  `${text('service')},${maybe(text('startsAt'))}${text('startsOn')},${text('tenant')},${maybe(text('ticket'))}`,
  `${maybe('"unmasked":(true)')}${maybe(text('useBy'))}${count('v')}\\}`,
].join('');

/** In the order of `mintGrantToken`. */
const PAYLOAD = new RegExp(
  [
    `^\\{${text('iss')},${text('aud')},${text('sub')},${text('client_id')},${text('jti')},${count('iat')},`,
    `${count('nbf')},${count('exp')},${text('grant_id')},${count('grant_nbf')},${count('grant_exp')},`,
    `${text('tenant')},${maybe(text('log'))}${text('digest')},`,
    `"authorization_details":\\[\\{"type":"tenant_data","terms":(${TERMS})\\}\\]`,
    `(?:,"countersignatures":(\\[.*\\]))?\\}$`,
  ].join(''),
);

const HEADER = new RegExp(`^\\{"alg":"ES256","typ":"at\\+jwt",${text('kid')}\\}$`);

/** Names no member twice. */
export function readUsualHeader(json: string): JsonObject | undefined {
  const kid = HEADER.exec(json)?.[1];
  return kid === undefined ? undefined : { alg: 'ES256', typ: 'at+jwt', kid };
}

/** A payload that names no member twice, as a JSON parser reads it, and the canonical JSON of its terms. */
export type UsualPayload = { payload: JsonObject; termsText: string };

export function readUsualPayload(json: string): UsualPayload | undefined {
  const found = PAYLOAD.exec(json);
  if (found === null) return undefined;
  const payload: Record<string, unknown> = {
    iss: found[1],
    aud: found[2],
    sub: found[3],
    client_id: found[4],
    jti: found[5],
    iat: Number(found[6]),
    nbf: Number(found[7]),
    exp: Number(found[8]),
    grant_id: found[9],
    grant_nbf: Number(found[10]),
    grant_exp: Number(found[11]),
    tenant: found[12],
    digest: found[14],
    authorization_details: [{ type: 'tenant_data', terms: termsOf(found) }],
  };
  if (found[13] !== undefined) payload['log'] = found[13];
  if (found[37] !== undefined) {
    const list = readList(found[37]);
    if (list === undefined) return undefined;
    payload['countersignatures'] = list;
  }
  return { payload, termsText: found[15] ?? '' };
}

function termsOf(found: readonly (string | undefined)[]): JsonObject {
  const terms: Record<string, unknown> = {
    basis: found[16],
    deployment: found[18],
    justification: found[21],
    lapsesAt: found[22],
    request: found[24],
    requester: found[25],
    routes: found[26],
    scope: JSON.parse(found[27] ?? ''),
    seconds: Number(found[28]),
    service: found[29],
    startsOn: found[31],
    tenant: found[32],
    v: Number(found[36]),
  };
  if (found[17] !== undefined) terms['budget'] = JSON.parse(found[17]);
  if (found[19] !== undefined) terms['extends'] = found[19];
  if (found[20] !== undefined) terms['invitation'] = found[20];
  if (found[23] !== undefined) terms['parent'] = found[23];
  if (found[30] !== undefined) terms['startsAt'] = found[30];
  if (found[33] !== undefined) terms['ticket'] = found[33];
  if (found[34] !== undefined) terms['unmasked'] = true;
  if (found[35] !== undefined) terms['useBy'] = found[35];
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
