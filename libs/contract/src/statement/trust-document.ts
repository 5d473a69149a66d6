import { z } from 'zod';
import { decodeBase64url } from '../encoding/base64url.js';
import { canonicalJson } from '../encoding/canonical-json.js';
import { ACTION, isServiceName, SERVICE_NAME } from '../identifiers.js';
import { isResourcePattern } from '../resource/resource.js';
import { ANY_ACTION } from '../resource/scope.js';
import { count, digest, instant, resourcePattern, seconds } from '../terms/members.js';
import { isInstant } from '../time.js';
import type { Basis } from '../vocabulary/access.js';
import { bytes, deployment, ofTenant, person, readStatement, type StatementRule, tenant } from './members.js';
import { passkeyJwk, recoveryJwk } from './public-key.js';

export const TRUST_TYPE = 'countersign/trust/v1';

/** The most approvals that a tenant may require: their signatures must fit into a token. */
export const MAX_APPROVALS = 3;

/** A day: a witness that restarts, or whose operator sleeps, is no fault of the log. */
export const WITNESS_GRACE_SECONDS = 86_400;

const MAX_PEOPLE = 100;
/** At least 16 bytes (WebAuthn Level 3 §4). */
const credentialId = bytes(16, 1_023);
const action = z.string().regex(ACTION);
const serviceName = z.string().regex(SERVICE_NAME);

/** `id` is the credential's id, base64url. */
const passkey = z.strictObject({ id: credentialId, jwk: passkeyJwk });
export type Passkey = z.infer<typeof passkey>;

/** A ground other than approval and invitation that the customer accepts, with its limits. */
const acceptedBasis = z.strictObject({
  basis: z.enum(['emergency', 'legal'] satisfies Basis[]),
  services: z.array(serviceName).min(1),
  actions: z.array(action).min(1),
  maxSeconds: seconds,
});
export type AcceptedBasis = z.infer<typeof acceptedBasis>;

/**
 * The customer-signed statement of its people, passkeys and rules (docs/contract.md, Trust document). Versions are chained
 * by hash: the first has `seq` 1 and no `prev`. Version n + 1 is signed by `threshold` persons of version n and by each
 * passkey that it adds. Published as docs/schemas/trust-v1.json. `parseTrustDocument` has the rules between members.
 * Canonical JSON, which is hashed and signed:
 *
 *     {"approvals":1,"bases":[…],"countersign":{"exceptActions":[…]},"deployment":"dep_…","forbid":[…],"origins":[…],
 *      "people":[{"passkeys":[{"id":"…","jwk":{…}}],"person":"usr_…"}],"prev":"sha256:…","rpId":"…","seq":2,"tenant":"…",
 *      "threshold":1,"type":"countersign/trust/v1","validUntil":"…Z"}
 */
export const trustDocumentSchema = z.strictObject({
  type: z.literal(TRUST_TYPE),
  /** `dep_…` */
  deployment,
  tenant,
  seq: count,
  /** The hash of the version before. */
  prev: z.exactOptional(digest),
  /** After this, every call of the tenant is refused until there is a next version. */
  validUntil: instant,
  /** The id of the WebAuthn relying party, a domain name, and the origins of the pages on which passkeys sign. */
  rpId: z
    .string()
    .max(253)
    .regex(/^(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)*[a-z](?:[a-z0-9-]{0,61}[a-z0-9])?$/),
  origins: z.array(z.string().max(300)).min(1).max(10),
  people: z
    .array(
      z.strictObject({
        person,
        passkeys: z.array(passkey).min(1).max(10),
      }),
    )
    .min(1)
    .max(MAX_PEOPLE),
  recovery: z.exactOptional(
    z
      .array(z.strictObject({ person, jwk: recoveryJwk }))
      .min(1)
      .max(MAX_PEOPLE),
  ),
  /** How many distinct persons sign the next version. */
  threshold: count,
  /** How many distinct persons approve what must be countersigned: every action except `exceptActions`. */
  approvals: count.max(MAX_APPROVALS),
  countersign: z.strictObject({ exceptActions: z.array(action).max(100) }),
  forbid: z
    .array(
      z.strictObject({
        service: serviceName,
        resource: resourcePattern,
        actions: z.array(z.union([action, z.literal(ANY_ACTION)])).min(1),
      }),
    )
    .max(1_000),
  bases: z.array(acceptedBasis).max(100),
  /**
   * The log witnesses that the customer relies on: each a verifier key (C2SP signed note), and after a space the address
   * to which the broker submits checkpoints. Without an address the customer sees to it itself.
   */
  witnesses: z.exactOptional(
    z
      .array(
        z
          .string()
          .max(1_000)
          .regex(/^[^\s+]+\+[0-9a-f]{8}\+[A-Za-z0-9+/]+={0,2}(?: https?:\/\/[!-~]+)?$/),
      )
      .min(1)
      .max(20),
  ),
  /**
   * How long leaves may lack the cosignatures of a majority of these witnesses, in seconds. Absent: `WITNESS_GRACE_SECONDS`.
   */
  witnessGraceSeconds: z.exactOptional(z.int().min(3_600).max(2_592_000)),
});
export type TrustDocument = z.infer<typeof trustDocumentSchema>;

const DEFAULT_PORT = { https: '443', http: '80' };
const ORIGIN = /^(https?):\/\/([a-z0-9.-]+)(?::([1-9]\d{0,4}))?$/;

const RULES: readonly StatementRule<TrustDocument>[] = [
  ofTenant,
  [
    '/prev',
    ({ seq, prev }) => (seq === 1) === (prev === undefined),
    'goes with every `seq` except the first',
  ],
  ['/validUntil', ({ validUntil }) => isInstant(validUntil), 'not in the calendar'],
  [
    '/origins',
    ({ rpId, origins }) => areUnique(origins) && origins.every((origin) => isOriginOf(rpId, origin)),
    'must be distinct origins as browsers write them, at `rpId` or below, with https except for localhost',
  ],
  ['/people', ({ people }) => areUnique(people.map(({ person }) => person)), 'a person is listed twice'],
  [
    '/people',
    (document) => areUnique(passkeysOf(document).map(({ id }) => id)),
    'a credential is listed twice',
  ],
  [
    '/people',
    (document) => areUnique(passkeysOf(document).map(({ jwk }) => canonicalJson(jwk))),
    'a key is listed twice',
  ],
  [
    '/recovery',
    ({ recovery = [] }) => areUnique(recovery.map(({ person }) => person)),
    'a person has at most one recovery key',
  ],
  [
    '/recovery',
    ({ recovery = [] }) => areUnique(recovery.map(({ jwk }) => jwk.x)),
    'a recovery key is listed twice',
  ],
  [
    '/recovery',
    ({ people, recovery = [] }) =>
      recovery.every((key) => people.some(({ person }) => person === key.person)),
    'belongs to none of the people',
  ],
  [
    '/threshold',
    ({ threshold, people }) => threshold <= people.length,
    'requires more persons than there are',
  ],
  [
    '/approvals',
    ({ approvals, people }) => approvals <= people.length,
    'requires more persons than there are',
  ],
  [
    '/countersign/exceptActions',
    ({ countersign }) => areUnique(countersign.exceptActions),
    'an action is listed twice',
  ],
  [
    '/forbid',
    ({ forbid }) => forbid.every(({ service }) => isServiceName(service)),
    'this name belongs to no service',
  ],
  [
    '/forbid',
    ({ forbid }) => forbid.every(({ resource }) => isResourcePattern(resource)),
    'names what is no resource',
  ],
  [
    '/bases',
    ({ bases }) => bases.every(({ services }) => services.every(isServiceName)),
    'this name belongs to no service',
  ],
  [
    '/witnesses',
    ({ witnesses = [] }) => areUnique(witnesses.map(witnessKey)),
    'two witnesses have one key: they would count as two, and be one',
  ],
  [
    '/witnessGraceSeconds',
    ({ witnesses, witnessGraceSeconds }) => witnessGraceSeconds === undefined || witnesses !== undefined,
    'goes with `witnesses`',
  ],
];

/**
 * Parses a trust document strictly (P13) and returns a copy. It verifies no signature and no chain: see
 * libs/authorization/trust. Throws ContractError `invalid_statement` with a pointer.
 */
export function parseTrustDocument(value: unknown): TrustDocument {
  return readStatement(trustDocumentSchema, RULES, value, 'trust document');
}

function areUnique(values: readonly string[]): boolean {
  return new Set(values).size === values.length;
}

/** The public key of a verifier key, whatever its name is; its text if that is no base64. */
function witnessKey(entry: string): string {
  const text = (entry.split(' ')[0] ?? '').split('+').slice(2).join('-');
  const bytes = decodeBase64url(text.replace(/=+$/, '').replaceAll('/', '_'));
  // The first byte is the type of the key.
  return bytes === undefined ? text : bytes.subarray(1).join();
}

function passkeysOf({ people }: TrustDocument) {
  return people.flatMap(({ passkeys }) => passkeys);
}

/** Whether the text is an origin (RFC 6454 §6.2) on whose pages a browser offers the credentials of that relying party. */
export function isOriginOf(rpId: string, origin: string): boolean {
  const [, scheme, host, port] = ORIGIN.exec(origin) ?? [];
  if (host === undefined || (scheme !== 'http' && scheme !== 'https')) return false;
  if (port !== undefined && (port === DEFAULT_PORT[scheme] || Number(port) > 65_535)) return false;
  if (host !== rpId && !host.endsWith(`.${rpId}`)) return false;
  return scheme === 'https' || host === 'localhost' || host.endsWith('.localhost');
}
