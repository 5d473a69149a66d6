import { codePointNumber, showHiddenCharacters } from '@countersign/contract';

/** Breaks up texts that mail programs would turn into links. The only link in our mail is our own. */
const withoutLinks = (text: string): string =>
  text.replaceAll('://', '[:]//').replace(/([\p{L}\p{N}])\.(?=\p{L}{2})/gu, '$1[.]');

/** A person's text as one line, with every invisible character written out: `[U+202E]`. */
export const oneLine = (text: string): string =>
  withoutLinks(showHiddenCharacters(text, (character) => `[${codePointNumber(character)}]`));

/** A person's text, one entry for each line. The layout indents each line, so that none can pass for a line of ours. */
export const lines = (text: string): string[] => text.split(/\r\n|\n|\r/).map(oneLine);

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Text for HTML content and attribute values. */
export const escapeHtml = (text: string): string =>
  text.replace(/[&<>"']/g, (found) => ENTITIES[found] ?? '');

/** An instant for people, with its zone: `2026-11-24 15:00:00 UTC`. `plus` seconds are added. */
export function writeInstant(instant: string, plus = 0): string {
  const text = new Date(Date.parse(instant) + plus * 1000).toISOString();
  return `${text.slice(0, 10)} ${text.slice(11, 19)} UTC`;
}
