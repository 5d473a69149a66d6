import { z } from 'zod';
import { instant } from '../terms/members.js';
import {
  bytes,
  deployment,
  inItsWindow,
  ofTenant,
  person,
  readStatement,
  type StatementRule,
  tenant,
} from './members.js';

export const PRESENCE_TYPE = 'countersign/presence/v1';

/** How long a presence is accepted at most. */
export const MAX_PRESENCE_SECONDS = 300;

/**
 * A person's proof to the broker that they hold their passkey now (docs/contract.md, Statements). It opens nothing at a
 * gateway. With `sign-in` it strengthens a session that a mailed code opened. With `enrol` its person consents to a new
 * passkey, which `credential` names. Published as docs/schemas/presence-v1.json. Canonical JSON, which is hashed and signed:
 *
 *     {"credential":"…","deployment":"dep_…","nonce":"…","notAfter":"…Z","notBefore":"…Z","person":"usr_…","purpose":"enrol",
 *      "tenant":"…","type":"countersign/presence/v1"}
 */
export const presenceSchema = z.strictObject({
  type: z.literal(PRESENCE_TYPE),
  /** `dep_…` */
  deployment,
  tenant,
  /** `usr_…`, who signs it. */
  person,
  purpose: z.enum(['sign-in', 'enrol']),
  /** The id of the new passkey, base64url; only with `enrol`. */
  credential: z.exactOptional(bytes(16, 1_023)),
  /** 32 random bytes, base64url, that the broker chose. Each counts once. */
  nonce: bytes(32, 32),
  /** It is accepted between these two, at most five minutes apart. */
  notBefore: instant,
  notAfter: instant,
});
export type PresenceStatement = z.infer<typeof presenceSchema>;

const RULES: readonly StatementRule<PresenceStatement>[] = [
  ofTenant,
  ...inItsWindow,
  [
    '/notAfter',
    ({ notBefore, notAfter }) => Date.parse(notAfter) - Date.parse(notBefore) <= MAX_PRESENCE_SECONDS * 1_000,
    'is more than five minutes after `notBefore`',
  ],
  [
    '/credential',
    ({ purpose, credential }) => (purpose === 'enrol') === (credential !== undefined),
    'is named to enrol a passkey, and only then',
  ],
];

/** Parses the statement of a presence. Throws ContractError `invalid_statement` with a pointer. */
export function parsePresence(value: unknown): PresenceStatement {
  return readStatement(presenceSchema, RULES, value, 'presence');
}
