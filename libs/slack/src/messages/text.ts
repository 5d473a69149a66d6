import { durationText as durationIn } from '@countersign/wording';
import { LIMITS } from './limits.js';

/** Emoji as Unicode recommends them are seen as one picture, whatever joins their parts; nothing else is. */
const EMOJI = '\\p{RGI_Emoji}';
/** What a reader does not see, or what moves what they see: controls, bidi, zero-width, tags, separators, unassigned. */
const UNSEEN = '[\\p{C}\\p{Zl}\\p{Zp}\\p{Default_Ignorable_Code_Point}]';
/** So many marks on one letter reach into the lines around it. */
const PILED = '(?<=\\p{M}{3})\\p{M}';
const HIDDEN = new RegExp(`${EMOJI}|${UNSEEN}|${PILED}`, 'gv');
const WHOLE_EMOJI = new RegExp(`^${EMOJI}$`, 'v');

const named = (character: string): string =>
  `⟨U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}⟩`;

const seen = (text: string): string =>
  mixedLetters(text.replace(HIDDEN, (found) => (WHOLE_EMOJI.test(found) ? found : named(found))));

/** Text that somebody wrote, as one line in which everything is seen for what it is. */
export const oneLine = (text: string): string => seen(text);

/** The same with its line breaks. */
export const lines = (text: string): string =>
  text
    .split(/\r\n|\n|\r/)
    .map(seen)
    .join('\n');

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;' };

/** For mrkdwn, where `<!channel>`, `<@U…>` and `<https:…>` are commands: none of them comes alive. */
export const escapeMrkdwn = (text: string): string =>
  text.replace(/[&<>]/g, (found) => ENTITIES[found] ?? '');

/** Slack makes links of these by itself, where text may be mrkdwn. */
const withoutLinks = (text: string): string =>
  text.replaceAll('://', '[:]//').replace(/([\p{L}\p{N}])\.(?=\p{L}{2})/gu, '$1[.]');

/** For a message's plain fallback, which Slack reads as mrkdwn: no mention, no link, no look, no `:emoji:`; as long as it may be. */
export const inFallback = (text: string): string =>
  cut(
    escapeMrkdwn(withoutLinks(oneLine(text)).replace(/[*_~`:]/g, (mark) => LOOK_ALIVE[mark] ?? mark)),
    LIMITS.message.text,
  );

/** What would format a text, as letters that look the same and do nothing. */
const LOOK_ALIVE: Readonly<Record<string, string>> = { '*': '∗', _: 'ˍ', '~': '∼', '`': 'ˋ', ':': '∶' };

const CUT = '… (cut)';
/** An entity or a name that we made, or one code point: what may not be parted. */
const PIECES = /&(?:amp|lt|gt);|⟨U\+[0-9A-F]{4,6}⟩|[\s\S]/gu;

/**
 * At most `most` UTF-16 units (Slack counts no more than these), whole code points, entities and names; what was cut
 * says so.
 *
 * @param note what stands at the end of a text that was cut
 */
export function cut(text: string, most: number, note = CUT): string {
  if (text.length <= most) return text;
  const end = note.length <= most ? note : '…';
  let kept = '';
  for (const [piece] of text.matchAll(PIECES)) {
    if (kept.length + piece.length + end.length > most) break;
    kept += piece;
  }
  return kept + end;
}

export const wasCut = (text: string, most: number): boolean => text.length > most;

/** `2026-11-24 15:00 UTC`, for a reader whose program knows no Slack dates. */
export const utcText = (instant: string): string => `${instant.slice(0, 10)} ${instant.slice(11, 16)} UTC`;

/**
 * An instant as each reader's own clock shows it, with its day. A token of Slack's mrkdwn.
 * https://docs.slack.dev/messaging/formatting-message-text#date-formatting
 */
export const readerTime = (instant: string): string =>
  `<!date^${Math.floor(Date.parse(instant) / 1_000)}^{date_short_pretty} {time}|${utcText(instant)}>`;

/** `plus` seconds later. */
export const later = (instant: string, plus: number): string =>
  new Date(Date.parse(instant) + plus * 1_000).toISOString();

/** A duration in words: `1 hour 30 minutes`. */
export const durationText = (seconds: number): string => durationIn(seconds, 'en');

/** Alphabets whose letters pass for each other's. */
const ALPHABETS = ['Latin', 'Cyrillic', 'Greek', 'Armenian', 'Cherokee', 'Coptic'] as const;
const OF: readonly (readonly [string, RegExp])[] = ALPHABETS.map((name) => [
  name,
  new RegExp(`\\p{Script=${name}}`, 'u'),
]);

const WORD = /[\p{L}\p{M}\p{N}]+/gu;
/** Letters of other alphabets that are drawn like Latin ones (after Unicode’s confusables, UTS #39). */
const DRAWN_LIKE_LATIN = /^[асеорхуіјѕһԁԛԝАВСЕНІЈКМОРЅТХУΑΒΕΖΗΙΚΜΝΟΡΤΥΧονυ\p{N}]+$/u;
/** Letters in another dress: full width, mathematical, letter-like. */
const DRESSED = /[\u{FF21}-\u{FF3A}\u{FF41}-\u{FF5A}\u{1D400}-\u{1D7FF}\u{2102}-\u{2134}]/u;

const alphabetsIn = (word: string): string[] => OF.filter(([, of]) => of.test(word)).map(([name]) => name);

/**
 * Says of each word that could pass for another one what its letters are: `раypal ⟨Latin and Cyrillic letters⟩`,
 * and of a word drawn wholly like a Latin one in a text that is Latin otherwise: `асме ⟨Cyrillic letters⟩`.
 */
export function mixedLetters(text: string): string {
  const isLatin = /\p{Script=Latin}/u.test(text);
  return text.replace(WORD, (word) => {
    const alphabets = alphabetsIn(word);
    if (alphabets.length > 1) return `${word} ⟨${alphabets.join(' and ')} letters⟩`;
    if (DRESSED.test(word)) return `${word} ⟨letters in disguise⟩`;
    const [only] = alphabets;
    const passes = isLatin && only !== undefined && only !== 'Latin' && DRAWN_LIKE_LATIN.test(word);
    return passes ? `${word} ⟨${only} letters⟩` : word;
  });
}
