import {
  CLOCK_SKEW_MS,
  LIFT_TYPE,
  type LiftStatement,
  type Signature,
  STOP_TYPE,
  type StopStatement,
} from '@countersign/contract';
import { checkPersonSignature } from './assertion.js';
import type { CountersignPorts, PinnedTrust } from './countersignature.js';
import { type CountersignRefusal, refuse } from './countersignature.js';

/** A customer's signed stop or lift. */
export type StopOrLift = Signature<StopStatement | LiftStatement>;

type Context = { signature: StopOrLift; trust: PinnedTrust; ports: CountersignPorts };
type Step = (context: Context) => CountersignRefusal | undefined;

const stopsThisDeployment: Step = ({ signature: { statement }, trust }) =>
  statement.deployment === trust.document.deployment
    ? undefined
    : refuse('wrong_deployment', 'the statement is of another deployment');

const stopsThisTenant: Step = ({ signature: { statement }, trust }) =>
  statement.tenant === trust.document.tenant
    ? undefined
    : refuse('wrong_tenant', 'the statement is of another tenant');

const stopsUnderThisTrust: Step = ({ signature: { statement }, trust }) =>
  trust.versions.has(statement.trust)
    ? undefined
    : refuse('wrong_trust', 'the statement names no version of the pinned trust document');

const isStoppedByItsPerson: Step = ({ signature, trust, ports }) =>
  checkPersonSignature(signature, signature.statement.person, trust.document, ports);

/** Every check of a stop or lift, in order. */
const stopSteps: readonly Step[] = [
  stopsThisDeployment,
  stopsThisTenant,
  stopsUnderThisTrust,
  isStoppedByItsPerson,
];

/**
 * Checks a stop or lift. Returns why it is refused, or undefined if it is valid. It ignores the time: the receiver asks
 * `isAcceptedAt` once, and then the stop lasts until a lift. An expired trust document can still stop. Pure.
 */
export function checkStop(
  signature: Signature,
  trust: PinnedTrust,
  ports: CountersignPorts,
): CountersignRefusal | undefined {
  if (!isStopOrLift(signature)) return refuse('wrong_type', 'the statement is neither a stop nor a lift');
  for (const step of stopSteps) {
    const refusal = step({ signature, trust, ports });
    if (refusal !== undefined) return refusal;
  }
  return undefined;
}

export function isStopOrLift(signature: Signature): signature is StopOrLift {
  const { type } = signature.statement;
  return type === STOP_TYPE || type === LIFT_TYPE;
}

/** Whether a stop or lift that arrives now lies in its window. `now` in milliseconds since the epoch. */
export function isAcceptedAt({ statement }: StopOrLift, now: number): boolean {
  return now + CLOCK_SKEW_MS >= Date.parse(statement.notBefore) && now < Date.parse(statement.notAfter);
}
