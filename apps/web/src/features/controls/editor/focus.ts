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

/** How many times the search for the control waits for another rendering. */
const MAX_TRIES = 20;

/**
 * Opens the card that contains a place of the document, and focuses its control. If the place has no control of its own, such as
 * one entry of a list of names, the control of the nearest place around it gets the focus.
 */
export function showPlace(pointer: string, tries = 0): void {
  setTimeout(() => {
    const closed = around(pointer)
      .map((place) => find<HTMLButtonElement>('card', place))
      .find((button) => button?.getAttribute('aria-expanded') === 'false');
    closed?.click();
    const control = around(pointer)
      .map((place) => find<HTMLElement>('pointer', place))
      .find((found) => found !== null);
    // The card that was just opened shows its controls only with the next rendering.
    if ((closed !== undefined || control === undefined) && tries < MAX_TRIES)
      return showPlace(pointer, tries + 1);
    control?.focus();
    control?.scrollIntoView({ block: 'center' });
  });
}

/** The place and all places around it, the nearest first. */
const around = (pointer: string): string[] => {
  const steps = pointer.split('/');
  return steps
    .map((_, index) => steps.slice(0, steps.length - index).join('/'))
    .filter((place) => place !== '');
};

const find = <Found extends HTMLElement>(kind: 'card' | 'pointer', place: string): Found | null =>
  document.querySelector<Found>(`[data-${kind}="${CSS.escape(place)}"]`);
