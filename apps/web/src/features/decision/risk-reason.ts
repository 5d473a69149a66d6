import type { Needs } from '../../api/client.js';
import { decisionTexts } from './decision.text.js';

type Level = Needs['risk']['level'];
type Texts = Pick<(typeof decisionTexts)['en'], 'riskReasons'>;

/**
 * A reason for the risk in the reader's language. The broker sends each reason as an English sentence about one requested
 * action, or about all of them. Only the very sentences that these pages know are translated.
 *
 * @returns undefined for any other sentence: then the broker's own is shown
 */
export function riskReason(
  level: Level,
  reason: string,
  actions: readonly string[],
  { riskReasons }: Texts,
): string | undefined {
  const known = decisionTexts.en.riskReasons;
  if (reason === known.emergency) return riskReasons.emergency;
  if (reason === known.unmasked) return riskReasons.unmasked;
  if (level === 'low') return reason === known.low ? riskReasons.low : undefined;
  const action = actions.find((each) => reason === known[level](each));
  return action === undefined ? undefined : riskReasons[level](action);
}
