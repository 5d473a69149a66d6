import type { Draft } from './draft.js';

/**
 * The draft of one person, kept in this browser until it is sent, so that it survives a sign-out. It is shown to the same
 * person only, and for a week. It holds what the form holds and nothing else.
 */
const keyOf = (person: string): string => `countersign-draft-${person}`;
const KEPT_MS = 7 * 86_400_000;

type Kept = { at: number; draft: Omit<Draft, 'ticked'> & { ticked: string[] } };

export function keepDraft(person: string, draft: Draft, now: number): void {
  const kept: Kept = { at: now, draft: { ...draft, ticked: [...draft.ticked] } };
  try {
    localStorage.setItem(keyOf(person), JSON.stringify(kept));
  } catch {
    // The browser forbids storage: the draft ends with the page.
  }
}

export function forgetDraft(person: string): void {
  try {
    localStorage.removeItem(keyOf(person));
  } catch {
    // There is none.
  }
}

/** Null if there is none that this form can show; one that it cannot show is deleted. */
export function keptDraft(person: string, now: number): Draft | null {
  try {
    const { at, draft } = JSON.parse(localStorage.getItem(keyOf(person)) ?? 'null') as Kept;
    if (now - at <= KEPT_MS && Array.isArray(draft.ticked) && typeof draft.justification === 'string')
      return { ...draft, ticked: new Set(draft.ticked) };
  } catch {
    // It is none of ours, or not whole.
  }
  forgetDraft(person);
  return null;
}

/** Whether anything in it is the person's own work. */
export const isWorthKeeping = ({ justification, ticked, objects, ticket }: Draft): boolean =>
  justification.trim() !== '' || ticked.size > 0 || objects !== '' || ticket !== '';
