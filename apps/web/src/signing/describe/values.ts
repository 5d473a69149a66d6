import { canonicalJson, isDigest, isId, isInstant } from '@countersign/contract';
import { durationText, entryWords, joinWithAnd, ruleWords } from '@countersign/wording';
import { bytesText, instantText, numberText } from '../../text/clock.js';
import { type Describe, type DescribeContext, record } from './members.js';

/**
 * A name is the vendor's word, and stands on one line before what is signed. One that could pass for more than a name, with
 * breaks, gaps, turns of direction or signs that are not seen, or by its length, is not shown; the id is.
 */
const PLAIN_NAME = /^(?!.*\s\s)[^\p{C}\p{Zl}\p{Zp}]{1,80}$/u;

/** Exactly this. */
export const just =
  (wanted: unknown): Describe =>
  (value) =>
    value === wanted ? String(value) : undefined;

export const text: Describe = (value) => (typeof value === 'string' && value !== '' ? value : undefined);

export const digest: Describe = (value) => (typeof value === 'string' && isDigest(value) ? value : undefined);

export const person: Describe = (value, { names, words }) => {
  if (typeof value !== 'string' || !isId('usr', value)) return undefined;
  const name = Object.hasOwn(names, value) ? (names[value] ?? '') : '';
  return PLAIN_NAME.test(name) ? words.called(name, value) : value;
};

/** In the reader's zone, and as it is signed. */
export const instant: Describe = (value, { language }) =>
  typeof value === 'string' && isInstant(value)
    ? `${instantText(value, language, { seconds: true })} (${value})`
    : undefined;

export const count: Describe = (value, { language }) =>
  isCount(value) ? numberText(value, language) : undefined;

export const duration: Describe = (value, { language }) =>
  isCount(value) ? `${durationText(value, language)} (${value} s)` : undefined;

/** `{resource, actions}` entries, one line each. */
export const scope: Describe = (value, { language }) =>
  each(value, (entry) => {
    const { resource, actions, ...more } = record(entry) ?? {};
    if (typeof resource !== 'string' || !isTexts(actions) || !isEmpty(more)) return undefined;
    return entryWords({ resource, actions }, language);
  });

export const budget: Describe = (value, { language, words }) => {
  const { calls, bytes, ...more } = record(value) ?? { none: true };
  if (!isEmpty(more)) return undefined;
  const said: string[] = [];
  if (calls !== undefined) {
    if (!isCount(calls)) return undefined;
    said.push(words.calls(numberText(calls, language)));
  }
  if (bytes !== undefined) {
    if (!isCount(bytes)) return undefined;
    said.push(`${bytesText(bytes, language)} (${bytes})`);
  }
  return said.length === 0 ? undefined : said;
};

export const change: Describe = (value) => {
  const { method, path, bodySha256, ...more } = record(value) ?? {};
  if (typeof method !== 'string' || typeof path !== 'string' || typeof bodySha256 !== 'string')
    return undefined;
  return isEmpty(more) ? [`${method} ${path}`, bodySha256] : undefined;
};

/** A commitment, by the text that it was opened to. */
export const opened =
  (name: string): Describe =>
  (value, reader) =>
    typeof value === 'string' && Object.hasOwn(reader.opened, name) ? reader.opened[name] : undefined;

export const logPoint: Describe = (value) => {
  const { epoch, size, root, ...more } = record(value) ?? {};
  if (!Number.isSafeInteger(epoch) || !Number.isSafeInteger(size) || typeof root !== 'string')
    return undefined;
  return isEmpty(more) ? `${epoch}/${size} ${root}` : undefined;
};

/** A list of words, or what an empty one means. */
export const list =
  (none: (reader: DescribeContext) => string): Describe =>
  (value, reader) => {
    if (!isTexts(value)) return undefined;
    return value.length === 0 ? none(reader) : joinWithAnd(value, reader.language);
  };

export const exceptActions: Describe = (value, reader) => {
  const { exceptActions: actions, ...more } = record(value) ?? {};
  return isEmpty(more) ? list(({ words }) => words.exceptNone)(actions, reader) : undefined;
};

export const forbid: Describe = (value, { language, words }) =>
  orNone(
    each(value, (rule) => {
      const { service, resource, actions, ...more } = record(rule) ?? {};
      if (typeof service !== 'string' || typeof resource !== 'string') return undefined;
      if (!isTexts(actions) || !isEmpty(more)) return undefined;
      return `${service}: ${ruleWords({ resource, actions }, language)}`;
    }),
    words.forbidNone,
  );

export const bases: Describe = (value, { language, words }) =>
  orNone(
    each(value, (entry) => {
      const { basis, services, actions, maxSeconds, ...more } = record(entry) ?? {};
      if (typeof basis !== 'string' || !isTexts(services) || !isTexts(actions)) return undefined;
      if (!isCount(maxSeconds) || !isEmpty(more)) return undefined;
      const what = `${joinWithAnd(services, language)}, ${joinWithAnd(actions, language)}`;
      return words.basis(basis, what, durationText(maxSeconds, language));
    }),
    words.basesNone,
  );

/** One line for each; nothing where any of them has no words. */
export function each(value: unknown, describe: (entry: unknown) => string | undefined): string[] | undefined {
  if (!Array.isArray(value)) return undefined;
  const said = value.map(describe).filter((line) => line !== undefined);
  return said.length === value.length ? said : undefined;
}

const orNone = (lines: string[] | undefined, none: string): string | string[] | undefined =>
  lines?.length === 0 ? none : lines;

export const isEmpty = (more: object): boolean => Object.keys(more).length === 0;
const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && Number(value) > 0;
export const isTexts = (value: unknown): value is string[] =>
  Array.isArray(value) && value.every((entry) => typeof entry === 'string');

/** Each of the people, with a line for each passkey: its key by its code, so that two people can compare. */
export const people: Describe = (value, reader) => {
  if (!Array.isArray(value)) return undefined;
  const lines = value.map((entry) => {
    const { person: id, passkeys, ...more } = record(entry) ?? {};
    const who = person(id, reader);
    const keys = each(passkeys, (key) => passkey(key, reader));
    return typeof who === 'string' && keys !== undefined && isEmpty(more) ? [who, ...keys] : undefined;
  });
  const known = lines.filter((each) => each !== undefined);
  return known.length === lines.length ? known.flat() : undefined;
};

/** Whoever has a recovery key. */
export const recoveryKeys: Describe = (value, reader) =>
  each(value, (entry) => {
    const { person: id, jwk, ...more } = record(entry) ?? {};
    const who = person(id, reader);
    const code = codeOf(jwk, reader);
    return typeof who === 'string' && code !== undefined && isEmpty(more)
      ? `${who}: ${reader.words.recoveryKey(code)}`
      : undefined;
  });

function passkey(value: unknown, reader: DescribeContext): string | undefined {
  const { id, jwk, ...more } = record(value) ?? {};
  const code = codeOf(jwk, reader);
  return typeof id === 'string' && code !== undefined && isEmpty(more)
    ? `– ${reader.words.passkey(code, id)}`
    : undefined;
}

/** A key's thumbprint covers all of its members. */
const codeOf = (jwk: unknown, { codes }: DescribeContext): string | undefined =>
  record(jwk) === undefined ? undefined : codes.get(canonicalJson(jwk));
