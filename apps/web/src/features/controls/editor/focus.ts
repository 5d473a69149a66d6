/**
 * Moves the focus to an element after the next rendering. Needed when the focused element disappears: otherwise the browser moves
 * the focus to the beginning of the page.
 */
export function focusSoon(find: () => HTMLElement | null | undefined): void {
  setTimeout(() => find()?.focus());
}

/** The same for the first element of the page that matches a selector. */
export const focusFirst = (selector: string): void =>
  focusSoon(() => document.querySelector<HTMLElement>(selector));
