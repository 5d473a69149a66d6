import {
  pickPresent,
  STATED_TEXTS,
  type StatedAnswers,
  type StatedText,
  type StatedTexts,
} from './members.js';

/** One value for each of the texts. */
export const eachStatedText = <T>(make: (name: StatedText) => T): Record<StatedText, T> =>
  Object.fromEntries(STATED_TEXTS.map((name) => [name, make(name)])) as Record<StatedText, T>;

/** What was typed into the fields of a form, without the blank ones. */
export const typedTexts = (form: StatedAnswers): StatedTexts =>
  pickPresent(
    eachStatedText((name) => form[name]?.trim() || null),
    STATED_TEXTS,
  );
