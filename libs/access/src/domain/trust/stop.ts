import {
  encodeBase64url,
  LIFT_TYPE,
  type LiftStatement,
  type LogPoint,
  MAX_STOP_SECONDS,
  type Signature,
  STOP_TYPE,
  type StopStatement,
  toInstant,
} from '@countersign/contract';
import { AccessError } from '../../errors.js';
import { requireStatement, type StatementRule } from '../validate-input.js';

/** A customer's signed stop: of one digest, or of the whole tenant. In force until a signed lift. */
export interface Stop {
  /** Hash of the signed statement. */
  hash: string;
  tenant: string;
  person: string;
  /** Null: the whole tenant. */
  digest: string | null;
  signature: Signature<StopStatement>;
  at: string;
  lift: Signature<LiftStatement> | null;
  liftedBy: string | null;
  liftedAt: string | null;
}

export const STOP_NONCE_BYTES = 32;
/** The tolerated difference between the clock that offered a statement and the clock that receives it. */
const SKEW_MS = 5_000;

/** The facts from which a stop or lift is made, and by which a signed one is checked. */
export interface StopFacts {
  deployment: string;
  tenant: string;
  person: string;
  /** Hashes of the trust chain, oldest first. */
  versions: readonly string[];
  log: LogPoint;
  now: Date;
}

/**
 * The members that stops and lifts share. Such a statement is valid for five minutes.
 *
 * @param nonce `STOP_NONCE_BYTES` random bytes
 * @throws AccessError `wrong_state` for an unclaimed tenant
 */
function commonMembers(facts: StopFacts, nonce: Uint8Array): Omit<StopStatement, 'type' | 'digest'> {
  const trust = facts.versions.at(-1);
  if (trust === undefined)
    throw new AccessError(
      'wrong_state',
      'Signed stops are for claimed tenants. Revoke the grant, or set a lock.',
    );
  return {
    deployment: facts.deployment,
    tenant: facts.tenant,
    person: facts.person,
    nonce: encodeBase64url(nonce),
    notBefore: toInstant(facts.now),
    notAfter: toInstant(new Date(facts.now.getTime() + MAX_STOP_SECONDS * 1_000)),
    trust,
    log: facts.log,
  };
}

/** The stop that this person may sign now; without a digest, of the whole tenant. */
export const stopStatement = (facts: StopFacts, nonce: Uint8Array, digest?: string): StopStatement => ({
  type: STOP_TYPE,
  ...(digest === undefined ? {} : { digest }),
  ...commonMembers(facts, nonce),
});

/** The lift of that stop. */
export const liftStatement = (facts: StopFacts, nonce: Uint8Array, stop: string): LiftStatement => ({
  type: LIFT_TYPE,
  stop,
  ...commonMembers(facts, nonce),
});

type StopOrLift = StopStatement | LiftStatement;

const RULES: readonly StatementRule<StopOrLift, StopFacts>[] = [
  ['deployment', ({ deployment }, facts) => deployment === facts.deployment, 'is of another deployment'],
  ['tenant', ({ tenant }, facts) => tenant === facts.tenant, 'is of another tenant'],
  ['person', ({ person }, facts) => person === facts.person, 'is another person’s'],
  [
    'trust',
    ({ trust }, { versions }) => versions.includes(trust),
    'names no version of this tenant’s trust document',
  ],
  [
    'notBefore',
    ({ notBefore }, { now }) => Date.parse(notBefore) <= now.getTime() + SKEW_MS,
    'is not valid yet',
  ],
  ['notAfter', ({ notAfter }, { now }) => now.getTime() < Date.parse(notAfter), 'came too late'],
  [
    'log',
    ({ log }, facts) => log.epoch === facts.log.epoch && log.size <= facts.log.size,
    'is no point of this tenant’s log',
  ],
];

/** The rules that a stop or lift must still meet after a gateway accepted it in time. */
const LASTING_RULES = RULES.filter(([member]) => member === 'deployment' || member === 'tenant');

/**
 * @param received `reported`: a gateway accepted it in time and reports it, however late
 * @throws AccessError `invalid_request` naming the first member that is wrong
 */
export function validateStop(
  statement: StopOrLift,
  facts: StopFacts,
  received: 'now' | 'reported' = 'now',
): void {
  requireStatement(received === 'now' ? RULES : LASTING_RULES, statement, facts);
}

/** A stop or lift with its signature, as a customer hands it in at a gateway and the gateway relays it. */
export type SignedStopOrLift = Signature<StopStatement> | Signature<LiftStatement>;

export const isLift = (signature: SignedStopOrLift): signature is Signature<LiftStatement> =>
  signature.statement.type === LIFT_TYPE;
export const isStop = (signature: SignedStopOrLift): signature is Signature<StopStatement> =>
  !isLift(signature);

/**
 * A relayed stop or lift that this broker cannot verify. It has no effect here. The feed carries it to the gateways,
 * which verify it against the trust that they have pinned.
 */
export interface RelayedStop {
  /** Hash of the whole signature: another person's signature over the same statement is another relayed stop. */
  id: string;
  tenant: string;
  /** The gateway that relayed it. */
  gateway: string;
  signature: SignedStopOrLift;
  at: string;
}

/**
 * More unverifiable stops than people ever sign, and fewer than a compromised gateway would need to fill the feed and the
 * memory of the other gateways.
 */
const MAX_OF_TENANT = 20;
const MAX_OF_GATEWAY = 200;
const KEPT_DAYS = 30;

/**
 * Makes room for one more relayed stop of this tenant. Only stops that every gateway has had 30 days to receive expire,
 * and only if room is needed.
 *
 * @param relayed what this gateway reported, of all tenants
 * @returns whether there is room once those in `expired` are removed
 */
export function makeRoomForRelayed(
  relayed: readonly Pick<RelayedStop, 'id' | 'tenant' | 'at'>[],
  tenant: string,
  now: Date,
): { hasRoom: boolean; expired: { id: string; tenant: string }[] } {
  const isFull = (those: typeof relayed) =>
    those.length >= MAX_OF_GATEWAY || those.filter((each) => each.tenant === tenant).length >= MAX_OF_TENANT;
  if (!isFull(relayed)) return { hasRoom: true, expired: [] };
  const oldest = now.getTime() - KEPT_DAYS * 86_400_000;
  const expired = relayed.filter(({ at }) => Date.parse(at) < oldest);
  return { hasRoom: !isFull(relayed.filter((each) => !expired.includes(each))), expired };
}
