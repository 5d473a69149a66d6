import {
  latestDecisionAfterPause,
  MAX_PAUSE_SECONDS,
  type RequestNoteKind,
  toInstant,
} from '@countersign/contract';
import { AccessError } from '../errors.js';
import { type AccessRequest, isOpen } from './access-request.js';

/** What was said about a request before its decision; append-only. Texts are commitments; their openings stand beside. */
export interface RequestNote {
  request: string;
  tenant: string;
  /** From 1, in order. */
  number: number;
  kind: RequestNoteKind;
  person: string;
  /** The colleague of a `forward`; null for the others. */
  to: string | null;
  /** The commitment to the text; null for a forward without words. */
  text: string | null;
  at: string;
}

/** One request has no more notes than this, so that a page can show all of them. */
export const MAX_NOTES = 20;

/** The question that waits for its answer; undefined if none does. */
export function openQuestion<Note extends Pick<RequestNote, 'kind'>>(
  notes: readonly Note[],
): Note | undefined {
  const last = notes.findLast(({ kind }) => kind !== 'forward');
  return last?.kind === 'question' ? last : undefined;
}

/** @throws AccessError `conflict` if the request has as many notes as one may have */
export function nextNumber(notes: readonly RequestNote[]): number {
  if (notes.length >= MAX_NOTES)
    throw new AccessError('conflict', `A request has at most ${MAX_NOTES} questions, answers and forwards.`);
  return (notes.at(-1)?.number ?? 0) + 1;
}

/** When a question stopped the clock, and what `lapsesAt` was then. `resumedAt`: when the answer came. */
export interface Pause {
  at: string;
  lapsesAt: string;
  resumedAt: string | null;
}

const instant = (ms: number): string => toInstant(new Date(ms));

/** Stops the clock with the first question: until the answer, or for as long as a pause may last. Later ones do not. */
export function pauseClock(request: AccessRequest, at: string): AccessRequest {
  if (request.pause !== null) return request;
  const latest = Math.min(
    Date.parse(request.lapsesAt) + MAX_PAUSE_SECONDS * 1_000,
    latestDecisionAfterPause(request.terms),
  );
  const lapsesAt = instant(Math.max(Date.parse(request.lapsesAt), latest));
  return { ...request, lapsesAt, pause: { at, lapsesAt: request.lapsesAt, resumedAt: null } };
}

/** The answer starts the clock again: the request lapses as much later as the answer took, at most as a pause may last. */
export function resumeClock(request: AccessRequest, at: string): AccessRequest {
  const { pause } = request;
  if (pause === null || pause.resumedAt !== null) return request;
  const took = Date.parse(at) - Date.parse(pause.at);
  const lapsesAt = instant(Math.min(Date.parse(request.lapsesAt), Date.parse(pause.lapsesAt) + took));
  return { ...request, lapsesAt, pause: { ...pause, resumedAt: at } };
}

/** @throws AccessError `already_decided` if the request has ended or lapsed */
export function requireUndecided(request: AccessRequest, now: Date): void {
  if (!isOpen(request))
    throw new AccessError('already_decided', `This request is ${request.state}; nothing is left to ask.`);
  if (now.getTime() >= Date.parse(request.lapsesAt))
    throw new AccessError('already_decided', `This request lapsed at ${request.lapsesAt}.`);
}
