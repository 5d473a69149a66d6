import { STATED_TEXTS } from '@countersign/wording';
import type { Draft } from './draft.js';

/**
 * Where a draft is kept in this browser: each person has one for each address of the form. It stays until it is sent, so that it
 * survives a sign-out. It is shown to the same person only, at the same address, and for a week after the last change. It holds what
 * the form holds and nothing else.
 */
export interface DraftPlace {
  person: string;
  /** The parameters of the form's address, which may name a customer, an earlier request or a template. */
  query: string;
}

const keyOf = ({ person, query }: DraftPlace): string =>
  `countersign-draft-${person}${query === '' ? '' : `?${query}`}`;
const KEPT_MS = 7 * 86_400_000;

type Kept = { at: number; draft: Omit<Draft, 'ticked'> & { ticked: string[] } };

/** Keeps the draft, or forgets it if it is not worth keeping. */
export function keepDraft(place: DraftPlace, draft: Draft, now: number): void {
  if (!isWorthKeeping(draft)) {
    forgetDraft(place);
    return;
  }
  try {
    localStorage.setItem(keyOf(place), writeKept(draft, now));
  } catch {
    // The browser forbids storage: the draft ends with the page.
  }
}

export function forgetDraft(place: DraftPlace): void {
  try {
    localStorage.removeItem(keyOf(place));
  } catch {
    // The browser forbids storage: nothing was kept.
  }
}

/** Null if no draft is kept there. Every draft of the person that is too old, or that the form cannot show, is deleted. */
export function keptDraft(place: DraftPlace, now: number): Draft | null {
  try {
    const personKey = keyOf({ ...place, query: '' });
    for (const key of Object.keys(localStorage))
      if (key.split('?', 1)[0] === personKey && parseKept(localStorage.getItem(key), now) === null)
        localStorage.removeItem(key);
    return parseKept(localStorage.getItem(keyOf(place)), now);
  } catch {
    // The browser forbids storage: nothing was kept.
    return null;
  }
}

export const writeKept = (draft: Draft, now: number): string =>
  JSON.stringify({ at: now, draft: { ...draft, ticked: [...draft.ticked] } } satisfies Kept);

/** @returns null if it is too old, or is not what this page writes */
export function parseKept(text: string | null, now: number): Draft | null {
  try {
    const { at, draft } = JSON.parse(text ?? 'null') as Kept;
    const { tenant, service, objects, minutes, justification, startsAt = '', useBy = '', calls = '' } = draft;
    const isDraft = [
      ...[tenant, service, objects, minutes, justification, ...STATED_TEXTS.map((name) => draft[name])],
      ...[startsAt, useBy, calls, ...draft.ticked],
    ].every((each) => typeof each === 'string');
    return isDraft && now - at <= KEPT_MS ? { ...draft, ticked: new Set(draft.ticked) } : null;
  } catch {
    return null;
  }
}

/** Whether anything in it is the person's own work. What answers a demand stays in no browser: its gag may forbid that. */
const isWorthKeeping = ({ justification, ticked, objects, demand, ...draft }: Draft): boolean =>
  demand === undefined &&
  (justification.trim() !== '' ||
    ticked.size > 0 ||
    objects !== '' ||
    // A kind of reason is chosen again with one press.
    STATED_TEXTS.some((name) => name !== 'reasonCode' && draft[name] !== ''));
