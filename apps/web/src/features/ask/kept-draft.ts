import type { Draft } from './draft.js';

/**
 * The draft of one person, kept in this browser until it is sent, so that it survives a sign-out. It is shown to the same
 * person only, and for a week after the last change. It holds what the form holds and nothing else.
 */
const keyOf = (person: string): string => `countersign-draft-${person}`;
const KEPT_MS = 7 * 86_400_000;

type Kept = { at: number; draft: Omit<Draft, 'ticked'> & { ticked: string[] } };

/** Keeps the draft, or forgets it if nothing in it is the person's own work. */
export function keepDraft(person: string, draft: Draft, now: number): void {
  if (!isWorthKeeping(draft)) {
    forgetDraft(person);
    return;
  }
  try {
    localStorage.setItem(keyOf(person), writeKept(draft, now));
  } catch {
    // The browser forbids storage: the draft ends with the page.
  }
}

export function forgetDraft(person: string): void {
  try {
    localStorage.removeItem(keyOf(person));
  } catch {
    // The browser forbids storage: nothing was kept.
  }
}

/** Null if no draft is kept, or the form cannot show it. Such a draft is deleted. */
export function keptDraft(person: string, now: number): Draft | null {
  let draft: Draft | null = null;
  try {
    draft = parseKept(localStorage.getItem(keyOf(person)), now);
  } catch {
    // The browser forbids storage: nothing was kept.
  }
  if (draft === null) forgetDraft(person);
  return draft;
}

export const writeKept = (draft: Draft, now: number): string =>
  JSON.stringify({ at: now, draft: { ...draft, ticked: [...draft.ticked] } } satisfies Kept);

/** @returns null if it is too old, or is not what this page writes */
export function parseKept(text: string | null, now: number): Draft | null {
  try {
    const { at, draft } = JSON.parse(text ?? 'null') as Kept;
    const { tenant, service, objects, minutes, justification, ticket, reasonCode } = draft;
    const { startsAt = '', useBy = '', calls = '' } = draft;
    const isDraft = [
      ...[tenant, service, objects, minutes, justification, ticket, reasonCode],
      ...[startsAt, useBy, calls, ...draft.ticked],
    ].every((each) => typeof each === 'string');
    return isDraft && now - at <= KEPT_MS ? { ...draft, ticked: new Set(draft.ticked) } : null;
  } catch {
    return null;
  }
}

const isWorthKeeping = ({ justification, ticked, objects, ticket }: Draft): boolean =>
  justification.trim() !== '' || ticked.size > 0 || objects !== '' || ticket !== '';
