import { type Language, pickLanguage } from '@countersign/contract';
import { useSyncExternalStore } from 'react';
import type { Catalogue } from './languages.js';

export type { Catalogue };

const KEY = 'countersign-language';
const listeners = new Set<() => void>();

/** The language that the reader chose, or the browser's first language that we offer, or English. */
const read = (): Language => pickLanguage([stored(), ...navigator.languages]);

/** The stored choice. Null if there is none or the browser forbids storage. */
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
    // The browser forbids storage: the choice ends with the page.
  }
  applyLanguage(language);
  for (const listener of listeners) listener();
}

let current: Language | undefined;

/** Sets the document's language, which screen readers and hyphenation follow. */
function applyLanguage(language: Language): Language {
  document.documentElement.lang = language;
  current = language;
  return language;
}

const currentLanguage = (): Language => current ?? applyLanguage(read());

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export const useLanguage = (): Language => useSyncExternalStore(subscribe, currentLanguage);

export function useText<T>(catalogue: Catalogue<T>): T {
  return catalogue[useLanguage()];
}
