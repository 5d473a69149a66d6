import { jsx, jsxs } from './jsx-runtime.js';

const NASTY = 'Ada \u202EuaeroM';
const SHOWN = 'Ada ⟨U+202E⟩uaeroM';

test('hidden characters in what a reader sees or hears are written out', () => {
  expect(jsx('p', { children: NASTY, title: NASTY, 'aria-label': NASTY }).props).toEqual({
    children: SHOWN,
    title: SHOWN,
    'aria-label': SHOWN,
  });
  expect(jsxs('p', { children: ['by ', NASTY, ['and ', NASTY]] }).props).toEqual({
    children: ['by ', SHOWN, ['and ', SHOWN]],
  });
  // A component gets the text as its children, and may show it anywhere.
  expect(jsx(() => null, { children: NASTY }).props).toEqual({ children: SHOWN });
});

test('what a person edits, and what a program reads, stays as it is', () => {
  const props = { value: NASTY, defaultValue: NASTY, href: NASTY, children: 'Ada' };
  expect(jsx('input', props).props).toEqual(props);
});

test('elements and texts without such characters are not copied', () => {
  const children = ['a', jsx('b', { children: 'b' })];
  expect(jsxs('p', { children }).props).toEqual({ children });
  expect((jsxs('p', { children }).props as { children: unknown }).children).toBe(children);
});
