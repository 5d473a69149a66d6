import type { AccessRequest } from '@countersign/api';
import { parseDuration } from '@countersign/contract';
import { durationText, entryWords } from '@countersign/wording';

/** `PT1H30M` as `1 hour 30 minutes`. Text that is not a duration stays as it is. */
export function durationWords(duration: string): string {
  const seconds = parseDuration(duration);
  return seconds === undefined ? duration : durationText(seconds, 'en', 4);
}

/** The one sentence that everyone who decides reads: who wants what, for how long, and why. */
export function requestSentence(request: AccessRequest, who: string): string {
  const { scope, tenant, service, duration, justification } = request;
  const what = scope.map((entry) => entryWords(entry, 'en')).join(', ');
  const why = justification === null ? '' : `: “${justification}”`;
  return `${who} asks to ${what} of ${tenant} (${service}) for ${durationWords(duration)}${why}`;
}

/** `2026-11-24T15:00:00Z` as `15:00:00 UTC`. */
export const formatTime = (instant: string): string => `${new Date(instant).toISOString().slice(11, 19)} UTC`;

/** `2026-11-24T15:00:00Z` as `2026-11-24 15:00 UTC`. */
export const formatDayAndTime = (instant: string): string =>
  `${new Date(instant).toISOString().slice(0, 16).replace('T', ' ')} UTC`;

/** The beginning of a digest, enough to compare by eye. */
export const shortDigest = (digest: string): string => `${digest.slice(0, 19)}…`;
