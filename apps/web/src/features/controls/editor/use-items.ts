import { type MouseEvent, useState } from 'react';
import { type Json, type Path, valueAt } from './document.js';
import { useEditor } from './editor-context.js';
import type { Field } from './fields.js';
import { focusSoon } from './focus.js';

type ItemsField = Field & { kind: 'items' };

/** The entries of a list, each with a key that stays with it, and the functions that add, move and remove entries. */
export function useItems(field: ItemsField, path: Path) {
  const { document, set, announce, text } = useEditor();
  const value = valueAt(document, path);
  const items = Array.isArray(value) ? value : [];
  const [keys, setKeys] = useState<readonly number[]>(() => items.map((_, index) => index));
  const [addedKey, setAddedKey] = useState<number | null>(null);
  const [removed, setRemoved] = useState<{ index: number; item: Json; left: number } | null>(null);
  const next = Math.max(-1, ...keys) + 1;
  // The list was changed elsewhere: in the JSON tab, or because the reader discarded the draft.
  if (keys.length !== items.length) setKeys(items.map((_, index) => keys[index] ?? next + index));
  const { label } = text.fields[field.text];
  const put = (list: Json[], order: readonly number[]) => {
    setKeys(order);
    set(path, list.length === 0 && field.optional === true ? undefined : list);
  };
  return {
    items,
    keyOf: (index: number) => keys[index] ?? `new-${index}`,
    isAdded: (index: number) => addedKey !== null && keys[index] === addedKey,
    isFull: items.length >= field.most,
    add: () => {
      setAddedKey(next);
      setRemoved(null);
      put([...items, field.fresh], [...keys, next]);
      announce(text.added(label, items.length + 1));
    },
    remove: (index: number, event: MouseEvent<HTMLButtonElement>) => {
      const list = event.currentTarget.closest('ol')?.parentElement;
      const item = items[index];
      if (item !== undefined) setRemoved({ index, item, left: items.length - 1 });
      put(items.toSpliced(index, 1), keys.toSpliced(index, 1));
      announce(text.removed(label, index + 1));
      focusSoon(() => list?.querySelector<HTMLElement>(':scope > p [data-add]'));
    },
    /** Puts the entry back that was removed last; null if the list has changed since. */
    undo:
      removed === null || removed.left !== items.length
        ? null
        : () => {
            setRemoved(null);
            put(items.toSpliced(removed.index, 0, removed.item), keys.toSpliced(removed.index, 0, next));
          },
    move: (index: number, by: -1 | 1, event: MouseEvent<HTMLButtonElement>) => {
      const to = index + by;
      const [item, key] = [items[index], keys[index]];
      if (item === undefined || key === undefined || to < 0 || to >= items.length) return;
      put(items.toSpliced(index, 1).toSpliced(to, 0, item), keys.toSpliced(index, 1).toSpliced(to, 0, key));
      announce(text.moved(label, to + 1, items.length));
      focusAfterMove(event.currentTarget);
    },
  };
}

/** A browser takes the focus from an element that moves. At the end of the list it goes to the other direction. */
function focusAfterMove(button: HTMLButtonElement): void {
  focusSoon(() =>
    button.disabled
      ? button.parentElement?.querySelector<HTMLElement>('button[data-move]:not([disabled])')
      : button,
  );
}
