import { z } from 'zod';
import { ACTION, SERVICE_NAME } from '../core/ids.js';
import { ANY_ACTION, type ForbidRule } from '../resource/forbid.js';
import type { ScopeEntry } from '../resource/scope.js';
import { count, digest, instant, resourcePattern, seconds } from '../terms/members.js';
import type { Basis } from '../terms/terms.js';
import { bytes, deployment, person, tenant } from './members.js';
import { type PasskeyJwk, passkeyJwk, type RecoveryJwk, recoveryJwk } from './public-key.js';

export const TRUST_TYPE = 'countersign/trust/v1';

/** At most so many approvals may be asked for: their signatures have to fit into a token. */
export const MAX_APPROVALS = 3;

/** `id` is the credential's, base64url. */
export type Passkey = { id: string; jwk: PasskeyJwk };

/** A ground other than the customer's own approval or invitation that the customer accepts, and how far. */
export type AcceptedBasis = {
  basis: Extract<Basis, 'emergency' | 'legal'>;
  services: string[];
  actions: ScopeEntry['actions'];
  maxSeconds: number;
};

/**
 * What a customer signs of its people, keys and rules (CONTRACT §3), in versions chained by hash. The first has `seq` 1
 * and no `prev`. Version n + 1 is signed by `threshold` persons of version n and by each passkey that it adds.
 */
export type TrustDocument = {
  type: typeof TRUST_TYPE;
  /** `dep_…` */
  deployment: string;
  tenant: string;
  seq: number;
  /** Hash of the version before. */
  prev?: string;
  /** From then on every call of this tenant is refused, until the next version. */
  validUntil: string;
  /** The WebAuthn relying party's id, a domain name, and the origins of pages at which passkeys sign. */
  rpId: string;
  origins: string[];
  people: { person: string; passkeys: Passkey[] }[];
  recovery?: { person: string; jwk: RecoveryJwk }[];
  /** So many persons sign the next version. */
  threshold: number;
  /** So many persons approve what must be countersigned: every action but `exceptActions`. */
  approvals: number;
  countersign: { exceptActions: string[] };
  forbid: ForbidRule[];
  bases: AcceptedBasis[];
  /** Verifier keys (C2SP signed note) of the log witnesses that the customer relies on. */
  witnesses?: string[];
};

const MAX_PEOPLE = 100;
/** A credential id has 16 bytes at least (WebAuthn Level 3 §4). */
const credentialId = bytes(16, 1_023);
const action = z.string().regex(ACTION);
const serviceName = z.string().regex(SERVICE_NAME);

/** Shape of the document; published as docs/schemas/trust-v1.json. Rules between members: `parseTrustDocument`. */
export const trustDocumentSchema: z.ZodType<TrustDocument> = z.strictObject({
  type: z.literal(TRUST_TYPE),
  deployment,
  tenant,
  seq: count,
  prev: z.exactOptional(digest),
  validUntil: instant,
  rpId: z
    .string()
    .max(253)
    .regex(/^(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)*[a-z](?:[a-z0-9-]{0,61}[a-z0-9])?$/),
  origins: z.array(z.string().max(300)).min(1).max(10),
  people: z
    .array(
      z.strictObject({
        person,
        passkeys: z
          .array(z.strictObject({ id: credentialId, jwk: passkeyJwk }))
          .min(1)
          .max(10),
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
  threshold: count,
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
  bases: z
    .array(
      z.strictObject({
        basis: z.enum(['emergency', 'legal']),
        services: z.array(serviceName).min(1),
        actions: z.array(action).min(1),
        maxSeconds: seconds,
      }),
    )
    .max(100),
  witnesses: z.exactOptional(
    z
      .array(
        z
          .string()
          .max(1_000)
          .regex(/^[^\s+]+\+[0-9a-f]{8}\+[A-Za-z0-9+/]+={0,2}$/),
      )
      .min(1)
      .max(20),
  ),
});
