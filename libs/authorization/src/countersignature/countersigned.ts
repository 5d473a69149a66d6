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

/** The claims of a verified token that its countersignatures are checked against. */
export type CountersignedClaims = Pick<
  GrantTokenClaims,
  'tenant' | 'terms' | 'grant_nbf' | 'grant_exp' | 'countersignatures'
>;

type Context = { claims: CountersignedClaims; trust: PinnedTrust; approvers: readonly Approver[] };
type Step = (context: Context) => CountersignRefusal | undefined;

/** Each person counts once, with whatever device or statement. */
const countsEachPersonOnce: Step = ({ approvers }) =>
  new Set(approvers.map(({ person }) => person)).size === approvers.length
    ? undefined
    : refuse('duplicate_person', 'a person has signed twice');

/** As many as the current version requires, however few the broker asked for. */
const hasEnoughApprovers: Step = ({ approvers, trust }) =>
  approvers.length >= trust.document.approvals
    ? undefined
    : refuse('too_few', 'fewer persons have signed than the trust document requires');

/** The grant lies inside every approver's window. */
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
 * Checks the countersignatures of a token against the tenant's trust document. Returns why they are refused, or undefined
 * if they are sufficient. It computes the digest from the terms and ignores the call: call/countersign-steps.ts decides
 * which actions need a countersignature. Pure, so that a verdict is valid for as long as token and trust document are.
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

/** At most as many as can be required, so that a token cannot make its checker do much work. */
function readSignatures(values: readonly unknown[]): Signature[] | CountersignRefusal {
  if (values.length > MAX_APPROVALS)
    return refuse('malformed', 'more countersignatures than can be required');
  try {
    return values.map(parseSignature);
  } catch (error) {
    if (!(error instanceof ContractError)) throw error;
    return refuse('malformed', `a countersignature is not valid: at ${error.pointer ?? ''}`);
  }
}

type Known = { trust: PinnedTrust; refusal: CountersignRefusal | undefined };

/**
 * `checkCountersigned` with a cache. A verdict is valid for the same claims object and the same trust object. A new version
 * of the trust document is another object, and so are the claims of a token that had to be verified again because its key
 * changed. Checks that depend on the route map are not cached.
 */
export class CountersignatureVerifier {
  private readonly known = new WeakMap<CountersignedClaims, Known>();

  constructor(private readonly ports: CountersignPorts) {}

  /** Returns why the token lacks countersignatures that this trust requires, or undefined if it has them. */
  check(claims: CountersignedClaims, trust: PinnedTrust): CountersignRefusal | undefined {
    let known = this.known.get(claims);
    if (known?.trust !== trust) {
      known = { trust, refusal: checkCountersigned(claims, trust, this.ports) };
      this.known.set(claims, known);
    }
    return known.refusal;
  }
}
