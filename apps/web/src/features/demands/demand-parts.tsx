import type { DemandLine } from '@countersign/api';
import { instantOfLocal } from '../../text/clock.js';
import { useText } from '../../text/language.js';
import { Badge } from '../../ui/badge.js';
import { Instant } from '../../ui/clock.js';
import { demandsTexts } from './demands.text.js';

/** Whether the customer knows of a demand. What is late is red, and says so in words. */
export function GagState({ gagUntil, sealed, overdue }: Pick<DemandLine, 'gagUntil' | 'sealed' | 'overdue'>) {
  const text = useText(demandsTexts);
  if (gagUntil === null)
    return (
      <Badge tone="plain" icon="info">
        {text.noGag}
      </Badge>
    );
  if (overdue)
    return (
      <Badge tone="stop" icon="alert">
        {text.overdue}
      </Badge>
    );
  return sealed ? (
    <Badge tone="wait" icon="wait">
      {text.sealedUntil} <Instant at={gagUntil} />
    </Badge>
  ) : (
    <Badge tone="plain" icon="done">
      {text.opened}
    </Badge>
  );
}

/** An instant of a `datetime-local` field, which is in the reader's zone; undefined while it is empty. */
export const instantOf = (local: string): string | undefined =>
  local === '' ? undefined : `${new Date(instantOfLocal(local)).toISOString().slice(0, 19)}Z`;

/** The lines of a text area that are not empty. */
export const linesOf = (text: string): string[] =>
  text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
