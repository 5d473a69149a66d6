import type { Language } from '@countersign/contract';

/** The texts of a page, complete in every language. */
export type Catalogue<T> = Readonly<Record<Language, T>>;
