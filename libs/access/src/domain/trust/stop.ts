import {
  CLOCK_SKEW_MS,
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
import type { Randomness } from '../../ports/system.js';

/** A customer's signed stop: of one digest, or of all of its tenant. In force until a signed lift. */
export interface Stop {
  /** Of the signed statement. */
  hash: string;
  tenant: string;
  person: string;
  /** Null: all of the tenant. */
  digest: string | null;
  signature: Signature<StopStatement>;
  at: string;
  lift: Signature<LiftStatement> | null;
  liftedBy: string | null;
  liftedAt: string | null;
}

const NONCE_BYTES = 32;

/** What a stop or lift is made of, or held against. */
export interface StopFacts {
  deployment: string;
  tenant: string;
  person: string;
  /** Hashes of the trust chain, oldest first. */
  versions: readonly string[];
  log: LogPoint;
  now: Date;
}

/** What any of the two says besides; good for five minutes. @throws AccessError `wrong_state` for an unclaimed tenant */
function common(facts: StopFacts, random: Randomness): Omit<StopStatement, 'type' | 'digest'> {
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
    nonce: encodeBase64url(random.bytes(NONCE_BYTES)),
    notBefore: toInstant(facts.now),
    notAfter: toInstant(new Date(facts.now.getTime() + MAX_STOP_SECONDS * 1_000)),
    trust,
    log: facts.log,
  };
}

/** The stop that this person may sign now; without a digest of everything of the tenant. */
export const stopStatement = (facts: StopFacts, random: Randomness, digest?: string): StopStatement => ({
  type: STOP_TYPE,
  ...(digest === undefined ? {} : { digest }),
  ...common(facts, random),
});

/** The lift of that stop. */
export const liftStatement = (facts: StopFacts, random: Randomness, stop: string): LiftStatement => ({
  type: LIFT_TYPE,
  stop,
  ...common(facts, random),
});

type Said = StopStatement | LiftStatement;
type Rule = readonly [
  member: keyof Said,
  holds: (statement: Said, facts: StopFacts) => boolean,
  wrong: string,
];

const RULES: readonly Rule[] = [
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
    ({ notBefore }, { now }) => Date.parse(notBefore) <= now.getTime() + CLOCK_SKEW_MS,
    'is not to be taken yet',
  ],
  ['notAfter', ({ notAfter }, { now }) => now.getTime() < Date.parse(notAfter), 'came too late'],
  [
    'log',
    ({ log }, facts) => log.epoch === facts.log.epoch && log.size <= facts.log.size,
    'is no point of this tenant’s log',
  ],
];

/** Of one that a gateway has taken in its time: what has to hold of it for as long as it lasts, wherever it is judged. */
const LASTING: ReadonlySet<keyof Said> = new Set(['deployment', 'tenant']);

/**
 * `handed`: a gateway has taken it and passes it on, however late. What it says lasts.
 *
 * @throws AccessError `invalid_request` naming the first member that is not what it has to be
 */
export function validateStop(statement: Said, facts: StopFacts, when: 'now' | 'handed' = 'now'): void {
  const rules = when === 'now' ? RULES : RULES.filter(([member]) => LASTING.has(member));
  for (const [member, holds, wrong] of rules)
    if (!holds(statement, facts))
      throw new AccessError('invalid_request', `What was signed ${wrong}.`, {
        pointer: `/countersignature/statement/${member}`,
      });
}

/** A stop or lift as a gateway passes it on. */
export type ReportedStop = Signature<StopStatement> | Signature<LiftStatement>;

export const isLift = (signature: ReportedStop): signature is Signature<LiftStatement> =>
  signature.statement.type === LIFT_TYPE;
export const isStop = (signature: ReportedStop): signature is Signature<StopStatement> => !isLift(signature);

/**
 * A stop or lift that a customer handed in at a gateway and this broker cannot judge. It counts for nothing here; the
 * feed brings it to the gateways, which judge by what they have pinned.
 */
export interface RelayedStop {
  /** Of the whole signature: somebody else’s over the same statement takes nobody’s place. */
  id: string;
  tenant: string;
  /** That passed it on. */
  gateway: string;
  signature: ReportedStop;
  at: string;
}

/**
 * More than any people sign that a broker cannot judge, and less than a gateway in bad hands could fill the feed, and the
 * memory of all others, with.
 */
const MOST_OF_TENANT = 20;
const MOST_IN_ALL = 200;
const KEPT_DAYS = 30;

/**
 * Which of those that a gateway has passed on make room for one more of this tenant, and whether there is room then. Only
 * what every gateway has had long enough to hear, and only where room is wanted.
 *
 * @param relayed what this gateway passed on, of all tenants
 */
export function makeRoomForRelayed(
  relayed: readonly Pick<RelayedStop, 'id' | 'tenant' | 'at'>[],
  tenant: string,
  now: Date,
): { isThere: boolean; ends: { id: string; tenant: string }[] } {
  const isFull = (those: typeof relayed) =>
    those.length >= MOST_IN_ALL || those.filter((each) => each.tenant === tenant).length >= MOST_OF_TENANT;
  if (!isFull(relayed)) return { isThere: true, ends: [] };
  const oldest = now.getTime() - KEPT_DAYS * 86_400_000;
  const ends = relayed.filter(({ at }) => Date.parse(at) < oldest);
  return { isThere: !isFull(relayed.filter((each) => !ends.includes(each))), ends };
}
