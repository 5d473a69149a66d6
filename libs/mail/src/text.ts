/** What a reader does not see, or what moves what they see: controls, bidi, zero-width, separators, unassigned. */
const UNSEEN = /[\p{C}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/gu;

const name = (character: string): string =>
  `[U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}]`;

/** Mail programs make links of these; the only link in our mail is our own. */
const withoutLinks = (text: string): string =>
  text.replaceAll('://', '[:]//').replace(/([\p{L}\p{N}])\.(?=\p{L}{2})/gu, '$1[.]');

/** Text that somebody wrote, as one line in which everything is seen. */
export const oneLine = (text: string): string => withoutLinks(text.replace(UNSEEN, name));

/** The same with its line breaks, one entry a line: each is set apart, so that none passes for one of ours. */
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
