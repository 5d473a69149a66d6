import { type RefObject, useEffect, useState } from 'react';

const KEY = 'countersign-queue-keys';

/** Whether single keys act. People who speak to their computer turn them off (WCAG 2.1.4). */
export function useKeysChoice(): [boolean, (on: boolean) => void] {
  const [isOn, setOn] = useState(() => {
    try {
      return localStorage.getItem(KEY) !== 'off';
    } catch {
      return true;
    }
  });
  return [
    isOn,
    (on) => {
      setOn(on);
      try {
        localStorage.setItem(KEY, on ? 'on' : 'off');
      } catch {
        // The browser forbids storage: the choice ends with the page.
      }
    },
  ];
}

const isTyping = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement && target.closest('input:not([type=checkbox]), textarea, select') !== null;

/**
 * Calls `onKey` with single keys that no field and no dialog takes: while the focus is in the area, on the heading
 * of the page, or nowhere.
 *
 * @returns whether the key did something
 */
export function useQueueKeys(
  area: RefObject<HTMLElement | null>,
  isOn: boolean,
  onKey: (key: string) => boolean,
): void {
  useEffect(() => {
    if (!isOn) return;
    const listener = (event: KeyboardEvent) => {
      const { target, key } = event;
      if (event.ctrlKey || event.metaKey || event.altKey || isTyping(target)) return;
      // A key that is held down counts as one press, so it never confirms an approval. Only j and k repeat.
      if (event.repeat && key !== 'j' && key !== 'k') return;
      const isHere =
        target === document.body ||
        (target instanceof HTMLHeadingElement && target.tagName === 'H1') ||
        area.current?.contains(target as Node) === true;
      if (isHere && onKey(key)) event.preventDefault();
    };
    document.addEventListener('keydown', listener);
    return () => document.removeEventListener('keydown', listener);
  }, [area, isOn, onKey]);
}
