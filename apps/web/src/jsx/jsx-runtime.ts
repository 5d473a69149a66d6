/**
 * React's JSX runtime, which shows hidden characters. The compiler calls it for each element of the pages (`jsxImportSource`
 * in tsconfig.json), so no page can show a name, a reason or a ticket whose text hides or turns round what it says. Values
 * of input fields, and texts that are signed or hashed, are not changed: they are no children.
 */
import { showHiddenCharacters } from '@countersign/contract';
import type { ElementType, Key, ReactElement } from 'react';
import * as react from 'react/jsx-runtime';

export { Fragment, type JSX } from 'react/jsx-runtime';

/** Attributes that a browser or a screen reader shows. */
const SHOWN = ['children', 'aria-label', 'aria-description', 'title', 'alt', 'placeholder', 'label'] as const;

type Props = Readonly<Record<string, unknown>>;

export const jsx = (type: ElementType, props: Props, key?: Key): ReactElement =>
  react.jsx(type, visibleProps(props), key);

export const jsxs = (type: ElementType, props: Props, key?: Key): ReactElement =>
  react.jsxs(type, visibleProps(props), key);

/** The same object if there is nothing to show, as nearly always. */
function visibleProps(props: Props): Props {
  let changed: Record<string, unknown> | undefined;
  for (const name of SHOWN) {
    const before = props[name];
    const after = shownValue(before);
    if (after === before) continue;
    changed ??= { ...props };
    changed[name] = after;
  }
  return changed ?? props;
}

function shownValue(value: unknown): unknown {
  if (typeof value === 'string') return showHiddenCharacters(value);
  if (!Array.isArray(value)) return value;
  const items = value.map(shownValue);
  return items.some((item, index) => item !== value[index]) ? items : value;
}
