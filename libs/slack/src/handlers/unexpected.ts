import type { Logger } from '@slack/bolt';
import type { SlackParts } from '../parts.js';
import { SENTENCES } from './sentences.js';

/** What nobody foresaw goes to the operator's log under an id; whoever pressed is told the id and no more. */
export function unexpected({ deps }: Pick<SlackParts, 'deps'>, logger: Logger, error: unknown): string {
  const id = deps.ids.next('evt');
  const what =
    error instanceof Error ? `${error.name}: ${error.message}` : 'something that is no error was thrown';
  logger.error(`${id} ${what}`);
  return SENTENCES.unexpected(id);
}
