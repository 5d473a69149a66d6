import fc from 'fast-check';

/**
 * Paths and queries as URLs have them: plain characters, and escapes of any other. `fc.webPath` and `fc.webQueryParameters`
 * make the same, but first a table of all of Unicode, which takes a second and 86 MB.
 */
const LETTERS = 'abcdefghijklmnopqrstuvwxyz';
const PLAIN = [...LETTERS, ...LETTERS.toUpperCase(), ...'0123456789', ..."-._~!$&'()*+,;=:@"];
const escaped = fc.string({ unit: 'binary', minLength: 1, maxLength: 1 }).map(encodeURIComponent);
const withPlain = (...characters: string[]) =>
  fc.oneof({ weight: 10, arbitrary: fc.constantFrom(...characters) }, { weight: 1, arbitrary: escaped });

const segment = fc.string({ unit: withPlain(...PLAIN) });

/** Empty, or begins with `/`. */
export const urlPath = fc.array(segment).map((segments) => segments.map((each) => `/${each}`).join(''));

/** Without the `?` before it. */
export const urlQuery = fc.string({ unit: withPlain(...PLAIN, '/', '?') });
