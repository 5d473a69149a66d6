/**
 * Characters that a reader does not see, or that change what a reader sees: controls, changes of direction, zero-width and
 * other format characters, fillers, tags, line separators, unassigned code points. With them a name can look like another
 * one, and a reason can read in another order than it is written ("Trojan Source", CVE-2021-42574; UTS #39).
 *
 * Names that contain them are refused (`hasHiddenCharacters`). Free texts are kept as they were written, because their
 * hash is committed to; wherever people read them, the characters are shown (`showHiddenCharacters`).
 */
const HIDDEN = '[\\p{C}\\p{Zl}\\p{Zp}\\p{Default_Ignorable_Code_Point}]';

/** Scripts in which a joiner between two letters changes their form, as in Persian and Hindi words. */
const JOINED = ['Arabic', 'Bengali', 'Devanagari', 'Gujarati', 'Gurmukhi', 'Kannada', 'Khmer', 'Malayalam']
  .concat(['Mongolian', 'Myanmar', 'Oriya', 'Sinhala', 'Syriac', 'Tamil', 'Telugu'])
  .map((script) => `\\p{Script=${script}}`)
  .join('');
const JOINER = `(?<=[${JOINED}])[\\u200C\\u200D](?=[${JOINED}])`;
/** Recommended emoji sequences, which readers see as one picture. Their joining characters are kept. */
const EMOJI = '\\p{RGI_Emoji}';

const containsHidden = new RegExp(HIDDEN, 'u');
let pattern: RegExp | undefined;

/** Made on first use: it takes a tenth of a second to compile, and few texts need it. */
function keptOrHidden(): RegExp {
  pattern ??= withEmoji() ?? new RegExp(`(${JOINER})|${HIDDEN}`, 'gu');
  return pattern;
}

/** Older browsers do not know sets of sequences (the flag `v`). They show the joining characters of emoji. */
function withEmoji(): RegExp | undefined {
  try {
    return new RegExp(`(${EMOJI}|${JOINER})|${HIDDEN}`, 'gv');
  } catch {
    return undefined;
  }
}

/** `⟨U+202E⟩` */
export const codePointName = (character: string): string => `⟨${codePointNumber(character)}⟩`;

/** `U+202E` */
export const codePointNumber = (character: string): string =>
  `U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`;

/**
 * The text with each hidden character written out. Emoji, and joiners inside words of scripts that need them, stay.
 *
 * @param write how a character is written out. Default: `⟨U+202E⟩`
 */
export function showHiddenCharacters(
  text: string,
  write: (character: string) => string = codePointName,
): string {
  if (!containsHidden.test(text)) return text;
  return text.replace(
    keptOrHidden(),
    (found: string, visible: string | undefined) => visible ?? write(found),
  );
}

/** Whether a name or another short text has characters that a reader would not see. */
export const hasHiddenCharacters = (text: string): boolean => showHiddenCharacters(text, () => '') !== text;
