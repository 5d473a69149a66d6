import { showHiddenCharacters } from '@countersign/contract';
import type { StatementDescription } from './describe/statement.js';
import type { Words } from './signing.text.js';

type Child = Node | string;

/** Creates an element. String children become text nodes, never markup, and hide nothing from the reader. */
export function el(name: string, attributes: Record<string, string> = {}, ...children: Child[]): HTMLElement {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  element.append(
    ...children.map((child) => (typeof child === 'string' ? showHiddenCharacters(child) : child)),
  );
  return element;
}

export function button(text: string, onPress: () => void, look = ''): HTMLElement {
  const element = el('button', { type: 'button', class: look }, text);
  element.addEventListener('click', onPress);
  return element;
}

const DISABLED_MS = 1_000;

/** Disables a button for a second, so that a press meant for the previous request does not sign this one. */
export function disableBriefly(element: HTMLElement): void {
  element.setAttribute('disabled', '');
  setTimeout(() => element.removeAttribute('disabled'), DISABLED_MS);
}

/** A long text in groups of four characters, for comparison. */
export const grouped = (text: string): HTMLElement =>
  el('p', { class: 'groups' }, (text.match(/.{1,4}/g) ?? []).join(' '));

/** Everything that the person reads before signing. */
export function statementView({ parts, fingerprint }: StatementDescription, words: Words): HTMLElement[] {
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

/** Replaces the page's content. */
export function show(title: string, ...children: Child[]): void {
  document.title = title;
  document.querySelector('main')?.replaceChildren(el('h1', {}, title), ...children);
}

/** A message: why nothing is signed, or that the task is done. */
export const notice = (text: string, look: 'stop' | 'open' | 'wait' | 'plain'): HTMLElement =>
  el('p', { class: `notice ${look}`, role: look === 'open' ? 'status' : 'alert' }, text);
