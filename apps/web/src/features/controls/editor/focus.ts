/**
 * Takes the focus to an element once the page has been rendered again: the element that had it is about to go, and the focus
 * would fall back to the beginning of the page.
 */
export function focusSoon(find: () => HTMLElement | null | undefined): void {
  setTimeout(() => find()?.focus());
}

/** The same by a selector, in the whole page. */
export const focusFirst = (selector: string): void =>
  focusSoon(() => document.querySelector<HTMLElement>(selector));
