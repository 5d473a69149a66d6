/**
 * Text from elsewhere, made harmless for a terminal: control characters and those that reorder or hide what
 * is read (bidirectional, zero-width) are shown as \u{…}. Line breaks inside a value become ⏎.
 */
export function plain(text: string): string {
  return text
    .replace(/\r\n|[\r\n\u2028\u2029]/g, ' ⏎ ')
    .replace(/[\p{Cc}\p{Cf}\p{Co}\p{Cs}]/gu, (character) => `\\u{${character.codePointAt(0)?.toString(16)}}`);
}
