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
