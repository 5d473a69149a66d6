import { parseDuration } from '@countersign/contract';
import { durationText } from '@countersign/wording';
import type { RequestAnswer } from './shapes.js';

/** `PT1H30M` as `1 hour 30 minutes`. */
export function durationWords(duration: string): string {
  const seconds = parseDuration(duration);
  return seconds === undefined ? duration : durationText(seconds, 'en', 4);
}

/** The one sentence that everybody who decides reads: who wants what, for how long, and why. */
export function requestSentence(request: RequestAnswer, who: string): string {
  const what = request.scope.map((entry) => `${entry.actions.join(' and ')} ${entry.resource}`).join(', ');
  const why = request.justification === null ? '' : `: “${request.justification}”`;
  return `${who} asks to ${what} of ${request.tenant} (${request.service}) for ${durationWords(request.duration)}${why}`;
}

/** `2026-11-24T15:00:00Z` as `15:00:00 UTC`. */
export function clock(instant: string): string {
  return `${new Date(instant).toISOString().slice(11, 19)} UTC`;
}

/** `2026-11-24T15:00:00Z` as `2026-11-24 15:00 UTC`. */
export function moment(instant: string): string {
  return `${new Date(instant).toISOString().slice(0, 16).replace('T', ' ')} UTC`;
}

/** The beginning of a digest, enough to compare by eye. */
export function shortDigest(digest: string): string {
  return `${digest.slice(0, 19)}…`;
}

/** Minor units of a currency as money. */
export function money(cents: number, currency: string): string {
  return new Intl.NumberFormat('en-GB', { style: 'currency', currency }).format(cents / 100);
}
