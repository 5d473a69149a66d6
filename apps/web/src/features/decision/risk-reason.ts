import type { Needs } from '../../api/client.js';
import type { decisionTexts } from './decision.text.js';

type Level = Needs['risk']['level'];

/** Actions are quoted in the broker's sentence. */
const QUOTED = /“([^”]+)”/;

/**
 * A reason for the risk in the reader's language. The broker sends each reason as an English sentence. The level says which
 * sentence it is, and the quoted action is all that it adds.
 *
 * @returns undefined for a sentence that names no action although its level needs one: then the broker's own is shown
 */
export function riskReason(
  level: Level,
  reason: string,
  { riskReasons }: Pick<(typeof decisionTexts)['en'], 'riskReasons'>,
): string | undefined {
  if (level === 'low') return riskReasons.low;
  const action = QUOTED.exec(reason)?.[1];
  return action === undefined ? undefined : riskReasons[level](action);
}
