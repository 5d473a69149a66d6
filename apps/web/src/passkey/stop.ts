import { canonicalJson, type LiftStatement, type StopStatement } from '@countersign/contract';
import { PasskeyProblem } from './passkey-problem.js';

/** Whose stop it is, of whom. */
interface Chosen {
  tenant: string;
  person: string;
}

/**
 * The stop that was chosen: of what the broker offers to be signed only the nonce, the five minutes in which it is taken,
 * and where the tenant stands are taken over. Without a digest it stops everything.
 *
 * @throws PasskeyProblem `differs` where the broker offers anything else
 */
export const stopOf = (chosen: Chosen & { digest?: string }, offered: StopStatement): StopStatement =>
  same({ ...commonOf(offered), ...chosen, type: 'countersign/stop/v1' }, offered);

/** Likewise the lift of that stop. @throws PasskeyProblem `differs` */
export const liftOf = (chosen: Chosen & { stop: string }, offered: LiftStatement): LiftStatement =>
  same({ ...commonOf(offered), ...chosen, type: 'countersign/lift/v1' }, offered);

const commonOf = ({ deployment, nonce, notBefore, notAfter, trust, log }: StopStatement | LiftStatement) => ({
  deployment,
  nonce,
  notBefore,
  notAfter,
  trust,
  log,
});

function same<S extends object>(made: S, offered: S): S {
  if (canonicalJson(made) !== canonicalJson(offered)) throw new PasskeyProblem('differs');
  return made;
}
