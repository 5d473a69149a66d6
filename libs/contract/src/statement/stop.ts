import { z } from 'zod';
import { digest, instant } from '../terms/members.js';
import { bytes, deployment, type LogPoint, log, person, tenant } from './members.js';
import { inItsWindow, ofTenant, readStatement, type StatementRule } from './read-statement.js';

export const STOP_TYPE = 'countersign/stop/v1';
export const LIFT_TYPE = 'countersign/lift/v1';

/** The two ends of a stop or lift are at most so far apart: so long a gateway keeps its nonce. */
export const MAX_STOP_SECONDS = 300;

type Common = {
  /** `dep_…` */
  deployment: string;
  tenant: string;
  /** `usr_…`, who says so. */
  person: string;
  /** 32 random bytes, base64url: each statement counts once. */
  nonce: string;
  /** Between these it is taken, at most five minutes apart; what it says lasts until a lift. */
  notBefore: string;
  notAfter: string;
  /** Hash of a version of the tenant's trust document. */
  trust: string;
  log: LogPoint;
};

/** A customer's own stop (CONTRACT §3): of the one grant of that digest, or without one of the whole tenant. */
export type StopStatement = { type: typeof STOP_TYPE; digest?: string } & Common;

/** Ends a stop. `stop` is the hash of its statement. */
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

/** Shape of a stop; published as docs/schemas/stop-v1.json. */
export const stopSchema: z.ZodType<StopStatement> = z.strictObject({
  type: z.literal(STOP_TYPE),
  digest: z.exactOptional(digest),
  ...common,
});

/** Shape of a lift; published as docs/schemas/lift-v1.json. */
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

/** The statement of a stop from anything. Throws ContractError `invalid_statement` with a pointer. */
export function parseStop(value: unknown): StopStatement {
  return readStatement(stopSchema, RULES, value, 'stop');
}

/** The statement of a lift from anything. Throws ContractError `invalid_statement` with a pointer. */
export function parseLift(value: unknown): LiftStatement {
  return readStatement(liftSchema, RULES, value, 'lift');
}
