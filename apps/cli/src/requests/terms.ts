import { ContractError, parseTerms, type Terms } from '@countersign/contract';
import { CliError } from '../command/errors.js';

/** Terms that the broker answered, read strictly. @throws CliError `bad_answer` */
export function readTerms(value: unknown): Terms {
  try {
    return parseTerms(value);
  } catch (error) {
    if (!(error instanceof ContractError)) throw error;
    const detail = `the request's terms cannot be read: ${error.message}`;
    throw new CliError('bad_answer', detail, { cause: error });
  }
}
