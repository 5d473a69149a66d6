import type { TransparencyReportAnswer } from '@countersign/api';
import type { Language } from '@countersign/contract';
import { numberText } from '../../text/clock.js';
import type { TransparencyText } from './transparency.text.js';

type Figure = TransparencyReportAnswer['figures'][string];

/** A figure in words: `1,204`, `0–9`, or that it is not published. */
export function figureText(figure: Figure | undefined, text: TransparencyText, language: Language): string {
  if (figure === undefined || figure.hi === null) return text.notPublished;
  const lo = numberText(figure.lo, language);
  return figure.lo === figure.hi ? lo : `${lo}–${numberText(figure.hi, language)}`;
}

/** A time to a decision, in minutes. */
export function medianText(
  median: TransparencyReportAnswer['medianDecision'],
  text: TransparencyText,
  language: Language,
): string {
  if (median === null) return text.notPublished;
  const minutes = (seconds: number) => numberText(Math.round(seconds / 60), language);
  if (median.hi === null) return text.minutesOver(minutes(median.lo));
  return median.lo === median.hi
    ? text.minutesExact(minutes(median.lo))
    : text.minutes(minutes(median.lo), minutes(median.hi));
}

/** A country’s name in the reader’s language. */
export const countryName = (code: string, text: TransparencyText, language: Language): string =>
  code === 'other'
    ? text.otherCountries
    : (new Intl.DisplayNames([language], { type: 'region', fallback: 'code' }).of(code) ?? code);
