import { ContractError } from '@countersign/contract';
import { AccessError } from '../errors.js';

/**
 * Reads what a customer signs, strictly.
 *
 * @param pointer where in the body it stands
 * @throws AccessError `invalid_request` naming the first member that is wrong
 */
export function parseSigned<T>(pointer: string, parse: () => T): T {
  try {
    return parse();
  } catch (error) {
    if (!(error instanceof ContractError)) throw error;
    throw new AccessError('invalid_request', `${error.message}.`, {
      pointer: `${pointer}${error.pointer ?? ''}`,
    });
  }
}
