import { z } from 'zod';
import { digest, instant } from '../terms/members.js';
import {
  bytes,
  deployment,
  inItsWindow,
  type LogPoint,
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

type Common = {
  /** `dep_…` */
  deployment: string;
  tenant: string;
  /** `usr_…`, who signs it. */
  person: string;
  /** 32 random bytes, base64url. Each statement counts once. */
  nonce: string;
  /** It is accepted between these two, at most five minutes apart. Its effect lasts until a lift. */
  notBefore: string;
  notAfter: string;
  /** The hash of a version of the tenant's trust document. */
  trust: string;
  log: LogPoint;
};

/**
 * A customer's own stop (docs/contract.md, Statements): of the one grant with that digest, or without `digest` of the whole
 * tenant. Canonical JSON, which is hashed and signed:
 *
 *     {"deployment":"dep_…","digest":"sha256:…","log":{…},"nonce":"…","notAfter":"…Z","notBefore":"…Z","person":"usr_…",
 *      "tenant":"…","trust":"sha256:…","type":"countersign/stop/v1"}
 */
export type StopStatement = { type: typeof STOP_TYPE; digest?: string } & Common;

/** Ends a stop. `stop` is the hash of that stop's statement. The other members are those of a stop. */
export type LiftStatement = { type: typeof LIFT_TYPE; stop: string } & Common;

const common = {
  deployment,
  tenant,
  person,
  nonce: bytes(32, 32),
  notBefore: instant,
  notAfter: instant,
  trust: digest,
  log,
};

/** The shape of a stop, published as docs/schemas/stop-v1.json. */
export const stopSchema: z.ZodType<StopStatement> = z.strictObject({
  type: z.literal(STOP_TYPE),
  digest: z.exactOptional(digest),
  ...common,
});

/** The shape of a lift, published as docs/schemas/lift-v1.json. */
export const liftSchema: z.ZodType<LiftStatement> = z.strictObject({
  type: z.literal(LIFT_TYPE),
  stop: digest,
  ...common,
});

const RULES: readonly StatementRule<Common>[] = [
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
