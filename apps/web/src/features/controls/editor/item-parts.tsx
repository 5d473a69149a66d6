import { type ReactNode, useEffect, useRef } from 'react';
import { Button } from '../../../ui/button.js';
import { useEditor } from './editor-context.js';
import type { useItems } from './use-items.js';

type List = ReturnType<typeof useItems>;

/** Buttons that move and remove an entry. The label of each names the entry, for screen readers. */
export function ItemButtons({
  list,
  label,
  index,
  isOrdered,
}: {
  list: List;
  label: string;
  index: number;
  isOrdered: boolean;
}) {
  const { text } = useEditor();
  const name = (what: string) => text.named(what, label, index + 1);
  return (
    <span className="row near item-buttons">
      {isOrdered && list.items.length > 1 ? (
        <>
          <Button
            small
            data-move
            disabled={index === 0}
            aria-label={name(text.up)}
            onClick={(event) => list.move(index, -1, event)}
          >
            <span aria-hidden="true">↑</span>
          </Button>
          <Button
            small
            data-move
            disabled={index === list.items.length - 1}
            aria-label={name(text.down)}
            onClick={(event) => list.move(index, 1, event)}
          >
            <span aria-hidden="true">↓</span>
          </Button>
        </>
      ) : null}
      <Button small aria-label={name(text.remove)} onClick={(event) => list.remove(index, event)}>
        {text.remove}
      </Button>
    </span>
  );
}

const FIRST_CONTROL = '.field input, .field select, .field textarea, .chips input, .choice input';

/** Moves the focus to its first control when it appears, if the reader has just added it. */
export function FocusWhenAdded({ focus, children }: { focus: boolean; children: ReactNode }) {
  const place = useRef<HTMLDivElement>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: it runs when this appears, and never again: the reader moves the focus from then on
  useEffect(() => {
    if (focus) place.current?.querySelector<HTMLElement>(FIRST_CONTROL)?.focus();
  }, []);
  return (
    <div className="stack near" ref={place}>
      {children}
    </div>
  );
}
