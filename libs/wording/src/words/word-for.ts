/**
 * The word for what somebody else has named: an address, a broker, an organisation file. Own entries alone count, so
 * that `constructor` or `__proto__` is a name without a word, like any other.
 */
export const wordFor = <T>(words: Readonly<Record<string, T>>, name: string): T | undefined =>
  Object.hasOwn(words, name) ? words[name] : undefined;
