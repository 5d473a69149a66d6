import {
  ContractError,
  canonicalTerms,
  MAX_APPROVALS,
  parseSignature,
  type Signature,
  sha256Digest,
} from '@countersign/contract';
import type { GrantTokenClaims } from '../token/grant-token.js';
import { checkConsent } from './consent.js';
import {
  type Approver,
  type CountersignPorts,
  type CountersignRefusal,
  type PinnedTrust,
  refuse,
} from './countersignature.js';

/** What of a verified token its countersignatures are held against. */
export type CountersignedClaims = Pick<
  GrantTokenClaims,
  'tenant' | 'terms' | 'grant_nbf' | 'grant_exp' | 'countersignatures'
>;

type Context = { claims: CountersignedClaims; trust: PinnedTrust; approvers: readonly Approver[] };
type Step = (context: Context) => CountersignRefusal | undefined;

/** Each person once, by whatever alias, device or statement. */
const countsEachPersonOnce: Step = ({ approvers }) =>
  new Set(approvers.map(({ person }) => person)).size === approvers.length
    ? undefined
    : refuse('duplicate_person', 'a person has signed twice');

/** As many as the version in force demands, however few the token's minter asked for. */
const hasEnoughApprovers: Step = ({ approvers, trust }) =>
  approvers.length >= trust.document.approvals
    ? undefined
    : refuse('too_few', 'fewer persons have signed than the trust document demands');

/** The grant lies inside the intersection of all windows: nobody's yes is stretched. */
const liesInEveryWindow: Step = ({ claims, approvers }) =>
  approvers.every(
    ({ notBefore, notAfter }) =>
      claims.grant_nbf * 1_000 >= notBefore && claims.grant_exp * 1_000 <= notAfter,
  )
    ? undefined
    : refuse('outside_window', 'the grant is not inside the window that was signed');

/** Every check of a token's countersignatures together, in order. */
const countersignedSteps: readonly Step[] = [countsEachPersonOnce, hasEnoughApprovers, liesInEveryWindow];

/**
 * Why a token is not countersigned as the tenant's trust document demands, or undefined where it is. The digest is
 * computed anew from the terms. Says nothing of the call: what needs no countersignature, what is forbidden, which basis
 * counts is `isCountersigned`'s. Pure, so a verdict holds as long as token and trust document do.
 */
export function checkCountersigned(
  claims: CountersignedClaims,
  trust: PinnedTrust,
  ports: CountersignPorts,
): CountersignRefusal | undefined {
  const signatures = readSignatures(claims.countersignatures ?? []);
  if ('reason' in signatures) return signatures;
  const { terms } = claims;
  const digest = sha256Digest(ports.hashing, canonicalTerms(terms));
  const approvers: Approver[] = [];
  for (const signature of signatures) {
    const read = checkConsent(signature, { terms, digest, trust }, ports);
    if ('reason' in read) return read;
    approvers.push(read);
  }
  for (const step of countersignedSteps) {
    const refusal = step({ claims, trust, approvers });
    if (refusal !== undefined) return refusal;
  }
  return undefined;
}

/** At most as many as can be demanded, so that a token cannot make its checker work. */
function readSignatures(values: readonly unknown[]): Signature[] | CountersignRefusal {
  if (values.length > MAX_APPROVALS)
    return refuse('malformed', 'more countersignatures than can be demanded');
  try {
    return values.map(parseSignature);
  } catch (error) {
    if (!(error instanceof ContractError)) throw error;
    return refuse('malformed', `a countersignature is none: at ${error.pointer ?? ''}`);
  }
}

type Known = { trust: PinnedTrust; refusal: CountersignRefusal | undefined };

/**
 * `checkCountersigned` that remembers its verdicts. They are pure, so one holds as long as the same claims are held
 * against the same trust: a new version is another object, and so are the claims of a token that had to be verified
 * anew, since its key went or changed. What depends on the route map is asked of every call.
 */
export class CountersignatureVerifier {
  private readonly known = new WeakMap<CountersignedClaims, Known>();

  constructor(private readonly ports: CountersignPorts) {}

  /** Why the token is not countersigned as this trust demands, or undefined where it is. */
  check(claims: CountersignedClaims, trust: PinnedTrust): CountersignRefusal | undefined {
    let known = this.known.get(claims);
    if (known?.trust !== trust) {
      known = { trust, refusal: checkCountersigned(claims, trust, this.ports) };
      this.known.set(claims, known);
    }
    return known.refusal;
  }
}
