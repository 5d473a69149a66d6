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

/** A customer's stop or lift, as it is signed. */
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
 * Why a stop or lift does not count, or undefined where it does. Whether it comes in time is asked where it is taken
 * (`isAcceptedAt`): what it says lasts. A trust document that has expired still stops. Pure.
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

/** Whether a stop or lift that is handed in now is still, or already, to be taken. `now` in milliseconds. */
export function isAcceptedAt({ statement }: StopOrLift, now: number): boolean {
  return now + CLOCK_SKEW_MS >= Date.parse(statement.notBefore) && now < Date.parse(statement.notAfter);
}
