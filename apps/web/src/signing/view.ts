import type { StatementDescription } from './describe/statement.js';
import type { Words } from './signing.text.js';

type Child = Node | string;

/** An element; texts are texts and never markup. */
export function el(name: string, attributes: Record<string, string> = {}, ...children: Child[]): HTMLElement {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...children);
  return made;
}

export function button(text: string, onPress: () => void, look = ''): HTMLElement {
  const made = el('button', { type: 'button', class: look }, text);
  made.addEventListener('click', onPress);
  return made;
}

const HELD_MS = 1_000;

/** A press that was meant for what stood there a moment before does nothing. */
export function disableBriefly(held: HTMLElement): void {
  held.setAttribute('disabled', '');
  setTimeout(() => held.removeAttribute('disabled'), HELD_MS);
}

/** A long text to be compared, four signs at a time. */
export const grouped = (text: string): HTMLElement =>
  el('p', { class: 'groups' }, (text.match(/.{1,4}/g) ?? []).join(' '));

/** Everything that is read before it is signed. */
export function readingView({ parts, fingerprint }: StatementDescription, words: Words): HTMLElement[] {
  const sections = parts.map(({ title, lines }) =>
    el(
      'section',
      {},
      el('h2', {}, title),
      el(
        'dl',
        {},
        ...lines.flatMap(({ label, texts }) => [
          el('dt', {}, label),
          el('dd', {}, ...texts.map((text) => el('bdi', {}, text))),
        ]),
      ),
    ),
  );
  if (fingerprint === undefined) return sections;
  const compared = [el('h2', {}, words.fingerprint), grouped(fingerprint), el('p', {}, words.compare)];
  return [el('section', {}, ...compared), ...sections];
}

/** The page anew. */
export function show(title: string, ...children: Child[]): void {
  document.title = title;
  document.querySelector('main')?.replaceChildren(el('h1', {}, title), ...children);
}

/** Why nothing is signed, or that it is done. */
export const notice = (text: string, look: 'stop' | 'open' | 'plain'): HTMLElement =>
  el('p', { class: `notice ${look}`, role: look === 'open' ? 'status' : 'alert' }, text);
