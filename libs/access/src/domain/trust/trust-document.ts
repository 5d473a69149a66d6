import {
  canonicalJson,
  type ForbidRule,
  MAX_APPROVALS,
  TRUST_TYPE,
  type TrustDocument,
  toInstant,
} from '@countersign/contract';
import type { PrivacyControls } from '../organisation.js';
import { hasRole, type Person } from '../person.js';
import type { EnrolledPasskey, RecoveryKey, RelyingParty } from './passkey.js';
import type { TrustReset, TrustVersion } from './trust-version.js';

/** As long as a document may be valid; the day that is left off is for whoever signs last. */
const VALID_DAYS = 179;
const DAY_MS = 86_400_000;

/** What a draft is made of, as it stands. */
export interface TrustFacts {
  deployment: string;
  tenant: string;
  people: readonly Person[];
  passkeys: readonly EnrolledPasskey[];
  recoveryKeys: readonly RecoveryKey[];
  controls: PrivacyControls;
  current: TrustVersion | null;
  /** While one is open, a first version may come beside the chain in force. */
  reset: TrustReset | null;
  /** Whose pages a first version names; a later one keeps what stands. */
  defaultRelyingParty: RelyingParty | null;
  /** Whom it shall name from then on, whatever stands. */
  nextRelyingParty: RelyingParty | null;
  now: Date;
}

/** Who may be named in a trust document: whoever approves for the tenant, or governs it. */
export const mayBeNamedInTrust = (person: Person): boolean =>
  hasRole(person, 'approver') || hasRole(person, 'admin');

/** A first version of a tenant that has had others: whoever signs it has lost the keys of those. */
export const startsNewChain = (
  { seq }: Pick<TrustDocument, 'seq'>,
  { current }: Pick<TrustFacts, 'current'>,
): boolean => seq === 1 && current !== null;

/** Keys made since the reset alone: older ones may be those that are lost, and in whose hands they are nobody knows. */
function keysSince(
  { passkeys, recoveryKeys }: TrustFacts,
  reset: TrustReset,
): Pick<TrustFacts, 'passkeys' | 'recoveryKeys'> {
  const since = (key: { createdAt: string }) => Date.parse(key.createdAt) > Date.parse(reset.createdAt);
  return { passkeys: passkeys.filter(since), recoveryKeys: recoveryKeys.filter(since) };
}

/** What a document is judged by: nothing came before one that begins anew, as long as a reset allows it. */
export const factsForDocument = (document: TrustDocument, facts: TrustFacts): TrustFacts =>
  startsNewChain(document, facts) && facts.reset !== null
    ? { ...facts, ...keysSince(facts, facts.reset), current: null }
    : facts;

/** The same to draft it from. */
function afterReset(facts: TrustFacts): TrustFacts {
  const { current, reset } = facts;
  if (current === null || reset === null) return facts;
  const { rpId, origins, approvals, forbid } = current.document;
  return {
    ...facts,
    ...keysSince(facts, reset),
    current: null,
    defaultRelyingParty: { rpId, origins },
    controls: {
      ...facts.controls,
      approvals: Math.max(approvals, facts.controls.approvals),
      forbid: eachOnce([...forbid, ...facts.controls.forbid]),
    },
  };
}

/**
 * The next trust document as the tenant's people, passkeys and controls stand: a proposal that nobody has made yet. A
 * first one excepts no action: of what is excepted gateways believe the vendor. While a reset is open it is a first
 * version anew. Null where it would name nobody.
 */
export function draftTrust(asItStands: TrustFacts): TrustDocument | null {
  const facts = afterReset(asItStands);
  const { current, defaultRelyingParty, nextRelyingParty, controls } = facts;
  const relyingParty = nextRelyingParty ?? current?.document ?? defaultRelyingParty;
  if (relyingParty === null) return null;
  const people = peopleOf(facts, relyingParty);
  if (people.length === 0) return null;
  const approvals = Math.min(Math.max(1, controls.approvals), MAX_APPROVALS, people.length);
  const named = new Set(people.map(({ person }) => person));
  const recovery = facts.recoveryKeys
    .filter(({ person }) => named.has(person))
    .map(({ person, jwk }) => ({ person, jwk }));
  const { rpId, origins } = relyingParty;
  return {
    type: TRUST_TYPE,
    deployment: facts.deployment,
    tenant: facts.tenant,
    ...(current === null ? { seq: 1 } : { seq: current.document.seq + 1, prev: current.hash }),
    validUntil: toInstant(new Date(facts.now.getTime() + VALID_DAYS * DAY_MS)),
    rpId,
    origins,
    people,
    ...(recovery.length === 0 ? {} : { recovery }),
    threshold: Math.min(current?.document.threshold ?? approvals, people.length),
    approvals: Math.min(Math.max(approvals, current?.document.approvals ?? 0), people.length),
    countersign: current?.document.countersign ?? { exceptActions: [] },
    forbid: eachOnce([...(current?.document.forbid ?? []), ...controls.forbid]),
    bases: current?.document.bases ?? [],
    ...(current?.document.witnesses === undefined ? {} : { witnesses: current.document.witnesses }),
  };
}

/** What was signed stays forbidden until people propose otherwise, whether or not the controls name it. */
const eachOnce = (rules: readonly ForbidRule[]): ForbidRule[] => [
  ...new Map(rules.map((rule) => [canonicalJson(rule), rule])).values(),
];

function peopleOf({ people, passkeys }: TrustFacts, { rpId }: RelyingParty): TrustDocument['people'] {
  return people
    .filter(mayBeNamedInTrust)
    .map(({ id }) => ({
      person: id,
      passkeys: passkeys
        .filter((each) => each.person === id && each.rpId === rpId)
        .map((each) => ({ id: each.id, jwk: each.jwk })),
    }))
    .filter((each) => each.passkeys.length > 0)
    .sort((a, b) => (a.person < b.person ? -1 : 1));
}
