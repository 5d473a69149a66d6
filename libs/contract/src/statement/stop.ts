import { z } from 'zod';
import { digest, instant } from '../terms/members.js';
import {
  bytes,
  deployment,
  inItsWindow,
  log,
  ofTenant,
  person,
  readStatement,
  type StatementRule,
  tenant,
} from './members.js';

export const STOP_TYPE = 'countersign/stop/v1';
export const LIFT_TYPE = 'countersign/lift/v1';

/** How long a stop or lift is accepted at most. A gateway remembers its nonce for as long. */
export const MAX_STOP_SECONDS = 300;

const common = {
  /** `dep_…` */
  deployment,
  tenant,
  /** `usr_…`, who signs it. */
  person,
  /** 32 random bytes, base64url. Each statement counts once. */
  nonce: bytes(32, 32),
  /** It is accepted between these two, at most five minutes apart. Its effect lasts until a lift. */
  notBefore: instant,
  notAfter: instant,
  /** The hash of a version of the tenant's trust document. */
  trust: digest,
  log,
};

/**
 * A customer's own stop (docs/contract.md, Statements): of the one grant with that digest, or without `digest` of the whole
 * tenant. Published as docs/schemas/stop-v1.json. Canonical JSON, which is hashed and signed:
 *
 *     {"deployment":"dep_…","digest":"sha256:…","log":{…},"nonce":"…","notAfter":"…Z","notBefore":"…Z","person":"usr_…",
 *      "tenant":"…","trust":"sha256:…","type":"countersign/stop/v1"}
 */
export const stopSchema = z.strictObject({
  type: z.literal(STOP_TYPE),
  digest: z.exactOptional(digest),
  ...common,
});
export type StopStatement = z.infer<typeof stopSchema>;

/**
 * Ends a stop. `stop` is the hash of that stop's statement. The other members are those of a stop. Published as
 * docs/schemas/lift-v1.json.
 */
export const liftSchema = z.strictObject({
  type: z.literal(LIFT_TYPE),
  stop: digest,
  ...common,
});
export type LiftStatement = z.infer<typeof liftSchema>;

const RULES: readonly StatementRule<Pick<StopStatement, 'tenant' | 'notBefore' | 'notAfter'>>[] = [
  ofTenant,
  ...inItsWindow,
  [
    '/notAfter',
    ({ notBefore, notAfter }) => Date.parse(notAfter) - Date.parse(notBefore) <= MAX_STOP_SECONDS * 1_000,
    'is more than five minutes after `notBefore`',
  ],
];

/** Parses the statement of a stop. Throws ContractError `invalid_statement` with a pointer. */
export function parseStop(value: unknown): StopStatement {
  return readStatement(stopSchema, RULES, value, 'stop');
}

/** Parses the statement of a lift. Throws ContractError `invalid_statement` with a pointer. */
export function parseLift(value: unknown): LiftStatement {
  return readStatement(liftSchema, RULES, value, 'lift');
}
