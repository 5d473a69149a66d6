import { useSyncExternalStore } from 'react';
import { type Catalogue, type Language, pickLanguage } from './languages.js';

export type { Catalogue, Language };

const KEY = 'countersign-language';
const listeners = new Set<() => void>();

/** The reader's choice, else the first language of the browser that we speak, else English. */
const read = (): Language =>
  pickLanguage([stored(), ...navigator.languages.map((tag) => tag.slice(0, 2).toLowerCase())]);

/** A browser that keeps nothing for us is asked each time. */
function stored(): string | null {
  try {
    return localStorage.getItem(KEY);
  } catch {
    return null;
  }
}

export function chooseLanguage(language: Language): void {
  try {
    localStorage.setItem(KEY, language);
  } catch {
    // Nothing is kept; the choice ends with the page.
  }
  use(language);
  for (const listener of listeners) listener();
}

let current: Language | undefined;

/** Screen readers speak, and browsers hyphenate, by the language that the document names. */
function use(language: Language): Language {
  document.documentElement.lang = language;
  current = language;
  return language;
}

const now = (): Language => current ?? use(read());

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export const useLanguage = (): Language => useSyncExternalStore(subscribe, now);

export function useText<T>(catalogue: Catalogue<T>): T {
  return catalogue[useLanguage()] ?? catalogue.en;
}
