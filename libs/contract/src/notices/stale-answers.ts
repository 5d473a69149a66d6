import type { NoticeDeclaration } from './declaration.js';
import { declarationOf, NOTICES } from './notices.js';

/** The answers that are stale at a notice, by the first member of their keys; of those in `one`, only that of its subject. */
export type StaleAnswers = NonNullable<NoticeDeclaration['stale']>;

/** What each kind of notice makes stale. Pages have nothing else of the table of notices: their build computes this module. */
export const STALE_ANSWERS: Readonly<Record<string, StaleAnswers>> = Object.fromEntries(
  Object.keys(NOTICES).flatMap((kind) => {
    const { stale } = declarationOf(kind);
    return stale === undefined ? [] : [[kind, stale]];
  }),
);
