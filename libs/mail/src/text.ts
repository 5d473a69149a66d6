import { codePointNumber, type Language, showHiddenCharacters } from '@countersign/contract';
import { LOCALES } from '@countersign/wording';

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

/** Who reads a mail: the language, and the time zone of their clocks (an IANA name). */
export interface Reader {
  language: Language;
  zone: string;
}

/** An instant on the reader's clock, with its zone and year: `Tue, 24 Nov 2026, 16:00:00 CET`. `plus` seconds are added. */
export function writeInstant(instant: string, { language, zone }: Reader, plus = 0): string {
  return new Intl.DateTimeFormat(LOCALES[language], {
    ...{ weekday: 'short', day: 'numeric', month: 'short', year: 'numeric' },
    ...{ hour: '2-digit', minute: '2-digit', second: '2-digit', timeZoneName: 'short' },
    timeZone: zone,
  }).format(new Date(Date.parse(instant) + plus * 1000));
}
