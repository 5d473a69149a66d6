import { ContractError, normaliseScope, type ScopeEntry } from '@countersign/contract';
import { AccessError } from '../errors.js';

/**
 * Runs one of the contract's strict parsers and turns its error into the domain's.
 *
 * @param pointer where in the body the value stands
 * @throws AccessError `invalid_request` naming the first member that is wrong
 */
export function parseInput<T>(pointer: string, parse: () => T): T {
  try {
    return parse();
  } catch (error) {
    if (!(error instanceof ContractError)) throw error;
    throw new AccessError('invalid_request', `${error.message}.`, {
      pointer: `${pointer}${error.pointer ?? ''}`,
    });
  }
}

/** One rule about a member of a signed statement; `problem` completes the sentence “What was signed …”. */
export type StatementRule<Statement, Facts> = readonly [
  member: keyof Statement & string,
  isMet: (statement: Statement, facts: Facts) => boolean,
  problem: string,
];

/** Applies the rules in order. @throws AccessError `invalid_request` naming the first member that breaks one */
export function requireStatement<Statement, Facts>(
  rules: readonly StatementRule<Statement, Facts>[],
  statement: Statement,
  facts: Facts,
): void {
  const broken = rules.find(([, isMet]) => !isMet(statement, facts));
  if (broken !== undefined) throw wrongStatement(broken[0], broken[2]);
}

export const wrongStatement = (member: string, problem: string): AccessError =>
  new AccessError('invalid_request', `What was signed ${problem}.`, {
    pointer: `/countersignature/statement/${member}`,
  });

/** @throws AccessError `invalid_request`, or `request_refused` if the scope is too long */
export function parseScope(scope: readonly ScopeEntry[]): ScopeEntry[] {
  try {
    return normaliseScope(scope);
  } catch (error) {
    if (!(error instanceof ContractError)) throw error;
    if (error.code === 'terms_too_large')
      throw new AccessError('request_refused', error.message, {
        refusals: [{ code: 'terms_too_large', detail: error.message, pointer: '/scope' }],
        cause: error,
      });
    throw new AccessError('invalid_request', error.message, {
      pointer: `/scope${error.pointer ?? ''}`,
      cause: error,
    });
  }
}
