import { ContractError } from '@countersign/contract';
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
