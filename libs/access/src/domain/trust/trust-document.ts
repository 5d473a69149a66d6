import {
  canonicalJson,
  type ForbidRule,
  MAX_APPROVALS,
  TRUST_TYPE,
  type TrustDocument,
  toInstant,
} from '@countersign/contract';
import { hasRole, type Person } from '../person.js';
import type { PrivacyControls } from '../privacy-controls.js';
import { type EnrolledPasskey, isActivePasskey, type RecoveryKey, type RelyingParty } from './passkey.js';
import type { TrustReset, TrustVersion } from './trust-version.js';

/** One day less than the longest allowed validity: the last person to sign has a day. */
const VALID_DAYS = 179;
const DAY_MS = 86_400_000;

/** The current facts from which a draft is made, and by which a document is checked. */
export interface TrustFacts {
  deployment: string;
  tenant: string;
  people: readonly Person[];
  /** Of an unclaimed tenant only those that count: see `isActivePasskey`. */
  passkeys: readonly EnrolledPasskey[];
  recoveryKeys: readonly RecoveryKey[];
  controls: PrivacyControls;
  current: TrustVersion | null;
  /** While a reset is open, a first version may start a new chain. */
  reset: TrustReset | null;
  /** The relying party of a first version. A later version keeps the current one. */
  defaultRelyingParty: RelyingParty | null;
  /** The relying party to change to; null to keep the current one. */
  nextRelyingParty: RelyingParty | null;
  now: Date;
}

/** Only approvers and admins may be named in a trust document. */
export const mayBeNamedInTrust = (person: Person): boolean =>
  hasRole(person, 'approver') || hasRole(person, 'admin');

/** True for a first version in a tenant that has a chain already: its people have lost the keys of that chain. */
export const startsNewChain = (
  { seq }: Pick<TrustDocument, 'seq'>,
  { current }: Pick<TrustFacts, 'current'>,
): boolean => seq === 1 && current !== null;

/** Only active keys made since the reset: an older key may be one of the lost ones, in unknown hands. */
function keysSince(
  { passkeys, recoveryKeys, now }: TrustFacts,
  reset: TrustReset,
): Pick<TrustFacts, 'passkeys' | 'recoveryKeys'> {
  const since = (key: { createdAt: string }) => Date.parse(key.createdAt) > Date.parse(reset.createdAt);
  const active = passkeys.filter((passkey) => since(passkey) && isActivePasskey(passkey, now));
  return { passkeys: active, recoveryKeys: recoveryKeys.filter(since) };
}

/** The facts by which to check this document. If a reset allows it to start a new chain, no version precedes it. */
export const factsForDocument = (document: TrustDocument, facts: TrustFacts): TrustFacts =>
  startsNewChain(document, facts) && facts.reset !== null
    ? { ...facts, ...keysSince(facts, facts.reset), current: null }
    : facts;

/** The facts from which to draft while a reset is open: a first version that is no weaker than the current one. */
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
 * Drafts the next trust document from the tenant's current people, passkeys and controls. A first document excepts no
 * action, because for excepted actions gateways believe the vendor. While a reset is open, the draft starts a new chain.
 *
 * @returns null if it would name no one
 */
export function draftTrust(currentFacts: TrustFacts): TrustDocument | null {
  const facts = afterReset(currentFacts);
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
    ...(current?.document.witnessGraceSeconds === undefined
      ? {}
      : { witnessGraceSeconds: current.document.witnessGraceSeconds }),
  };
}

/** What people have signed stays forbidden until they propose otherwise, whatever the controls say. */
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
