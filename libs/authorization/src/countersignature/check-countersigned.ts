import {
  ContractError,
  canonicalTerms,
  MAX_APPROVALS,
  parseSignature,
  type Signature,
  sha256Digest,
} from '@countersign/contract';
import type { GrantTokenClaims } from '../token/claims.js';
import { checkConsent } from './check-consent.js';
import type { Approver, PinnedTrust } from './countersign.js';
import type { CountersignPorts } from './ports.js';
import { type CountersignRefusal, refuse } from './refusal.js';

/** What of a verified token its countersignatures are held against. */
export type CountersignedClaims = Pick<
  GrantTokenClaims,
  'tenant' | 'terms' | 'grant_nbf' | 'grant_exp' | 'countersignatures'
>;

type Context = { claims: CountersignedClaims; trust: PinnedTrust; approvers: readonly Approver[] };
type Step = (context: Context) => CountersignRefusal | undefined;

/** Each person once, by whatever alias, device or statement. */
export const countsEachPersonOnce: Step = ({ approvers }) =>
  new Set(approvers.map(({ person }) => person)).size === approvers.length
    ? undefined
    : refuse('duplicate_person', 'a person has signed twice');

/** As many as the version in force demands, however few the token's minter asked for. */
export const hasEnoughApprovers: Step = ({ approvers, trust }) =>
  approvers.length >= trust.document.approvals
    ? undefined
    : refuse('too_few', 'fewer persons have signed than the trust document demands');

/** The grant lies inside the intersection of all windows: nobody's yes is stretched. */
export const liesInEveryWindow: Step = ({ claims, approvers }) =>
  approvers.every(
    ({ notBefore, notAfter }) =>
      claims.grant_nbf * 1_000 >= notBefore && claims.grant_exp * 1_000 <= notAfter,
  )
    ? undefined
    : refuse('outside_window', 'the grant is not inside the window that was signed');

/** Every check of a token's countersignatures together, in order. */
export const countersignedSteps: readonly Step[] = [
  countsEachPersonOnce,
  hasEnoughApprovers,
  liesInEveryWindow,
];

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
