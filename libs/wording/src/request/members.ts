import type { Terms } from '@countersign/contract';

/**
 * Members of terms that have no row of their own: they identify the request, or its sentence and its clocks say them. Any other
 * member needs a label in `request-words.ts`, and `faces.ts` says who shows it.
 */
type WithoutRow =
  | ('v' | 'deployment' | 'request' | 'parent' | 'routes' | 'basis' | 'invitation')
  | ('requester' | 'tenant' | 'service')
  | ('startsOn' | 'startsAt' | 'useBy' | 'lapsesAt' | 'extends');

/** What people read about a request, a row each. */
export type RequestMember = Exclude<keyof Terms, WithoutRow> | 'reasonCode';

/**
 * The short texts that a requester may state beside the reason, in the order of the form. Fields, flags, drafts, templates and
 * messages follow from this list. A text has the same name everywhere: in forms, in the API, and in the terms, if they commit to it.
 */
export const STATED_TEXTS = ['reasonCode', 'ticket'] as const satisfies readonly RequestMember[];
export type StatedText = (typeof STATED_TEXTS)[number];

/** The texts that a request states. */
export type StatedTexts = { [Name in StatedText]?: string };

/** The same as forms and the API have them: absent, null or blank for none. */
export type StatedAnswers = { readonly [Name in StatedText]?: string | null | undefined };

export const isStatedText = (member: string): member is StatedText =>
  STATED_TEXTS.some((name) => name === member);

/** These members, without those that are null or absent. */
export const pickPresent = <T, Name extends keyof T>(
  from: T,
  names: readonly Name[],
): { [Each in Name]?: NonNullable<T[Each]> } =>
  Object.fromEntries(names.flatMap((name) => (from[name] == null ? [] : [[name, from[name]]]))) as {
    [Each in Name]?: NonNullable<T[Each]>;
  };

/** The texts that are stated. */
export const pickStated = (from: StatedAnswers): StatedTexts => pickPresent(from, STATED_TEXTS);

/** The texts to which the terms of a request commit, by its openings. Null: it was erased. */
export const openedTexts = (
  terms: Partial<Record<StatedText, unknown>>,
  openings: Readonly<Record<string, { value: string }>>,
): StatedAnswers =>
  Object.fromEntries(
    STATED_TEXTS.flatMap((name) => (name in terms ? [[name, openings[name]?.value ?? null]] : [])),
  );
