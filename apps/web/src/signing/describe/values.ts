import {
  canonicalJson,
  isDigest,
  isId,
  isInstant,
  isRecurrence,
  isRequesterFacts,
  PRACTICE_ACTIONS,
  PRACTICE_RESOURCES,
  PRACTICE_SECONDS,
} from '@countersign/contract';
import {
  durationText,
  entryWords,
  joinWithAnd,
  recurrenceText,
  requesterFactLines,
  ruleWords,
} from '@countersign/wording';
import { bytesText, instantText, numberText } from '../../text/clock.js';
import { asObject, type Describe, type DescribeContext } from './members.js';

/**
 * A name is the vendor's word and appears on one line before what is signed. The page shows only the id if the name could
 * look like more than a name: if it has line breaks, wide gaps, changes of direction or invisible characters, or is too long.
 */
const PLAIN_NAME = /^(?!.*\s\s)[^\p{C}\p{Zl}\p{Zp}]{1,80}$/u;

/** The value must be exactly this. */
export const exactly =
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

/** The instant in the reader's time zone, and as it is signed. */
export const instant: Describe = (value, { language }) =>
  typeof value === 'string' && isInstant(value)
    ? `${instantText(value, language, { seconds: true })} (${value})`
    : undefined;

export const count: Describe = (value, { language }) =>
  isCount(value) ? numberText(value, language) : undefined;

export const duration: Describe = (value, { language }) =>
  isCount(value) ? `${durationText(value, language)} (${value} s)` : undefined;

/** One line for each person. */
export const persons: Describe = (value, context) =>
  each(value, (id) => {
    const who = person(id, context);
    return typeof who === 'string' ? who : undefined;
  });

/** Weekly times in words, as signed. The page does not say when the next one is: clocks and time zones differ. */
export const recurrence: Describe = (value, { language }) =>
  isRecurrence(value) ? recurrenceText(value, language) : undefined;

const isOneOf = <T>(list: readonly T[], value: unknown): value is T => list.some((each) => each === value);

/** One made-up request of a practice. Only from closed lists: no one writes a text of their own into it. */
export const practiceAsk: Describe = (value, { language, words }) => {
  const { action, resource, seconds, ...more } = asObject(value) ?? {};
  if (!isOneOf(PRACTICE_ACTIONS, action) || !isOneOf(PRACTICE_RESOURCES, resource)) return undefined;
  if (!isOneOf(PRACTICE_SECONDS, seconds) || !isEmpty(more)) return undefined;
  return words.practiceAsk(
    entryWords({ resource, actions: [action] }, language),
    durationText(seconds, language),
  );
};

/** One line for each `{resource, actions}` entry. */
export const scope: Describe = (value, { language }) =>
  each(value, (entry) => {
    const { resource, actions, ...more } = asObject(entry) ?? {};
    if (typeof resource !== 'string' || !isTexts(actions) || !isEmpty(more)) return undefined;
    return entryWords({ resource, actions }, language);
  });

export const budget: Describe = (value, { language, words }) => {
  const { calls, bytes, ...more } = asObject(value) ?? { none: true };
  if (!isEmpty(more)) return undefined;
  const lines: string[] = [];
  if (calls !== undefined) {
    if (!isCount(calls)) return undefined;
    lines.push(words.calls(numberText(calls, language)));
  }
  if (bytes !== undefined) {
    if (!isCount(bytes)) return undefined;
    lines.push(`${bytesText(bytes, language)} (${bytes})`);
  }
  return lines.length === 0 ? undefined : lines;
};

/** One line for each fact about the requester, with who says it. */
export const requesterFacts: Describe = (value, { language }) =>
  isRequesterFacts(value) ? requesterFactLines(value, language) : undefined;

/**
 * The call, the hash of its body, the two headers that say how the body is read, and the texts that were verified: of the
 * new body, and of what the requester says was there before.
 */
export const change: Describe = (value, { words, opened, language }) => {
  const { method, path, bodySha256, contentType, contentEncoding, body, before, follows, ...more } =
    asObject(value) ?? {};
  const was = asObject(before)?.['at'];
  if (typeof method !== 'string' || typeof path !== 'string' || typeof bodySha256 !== 'string')
    return undefined;
  const lines = [`${method} ${path}`, bodySha256];
  for (const [name, header] of [
    ['Content-Type', contentType],
    ['Content-Encoding', contentEncoding],
  ] as const) {
    if (header === undefined) continue;
    if (typeof header !== 'string') return undefined;
    lines.push(`${name}: ${header}`);
  }
  if (typeof was === 'string')
    lines.push(words.changeBefore(instantText(was, language), opened['changeBefore'] ?? '–'));
  if (body !== undefined) lines.push(words.changeBody(opened['changeBody'] ?? '–'));
  if (follows !== undefined) lines.push(words.changeFollows(String(follows)));
  return isEmpty(more) ? lines : undefined;
};

/** A commitment, described by the text that was verified against it. */
export const opened =
  (name: string): Describe =>
  (value, context) =>
    typeof value === 'string' && Object.hasOwn(context.opened, name) ? context.opened[name] : undefined;

export const logPoint: Describe = (value) => {
  const { epoch, size, root, ...more } = asObject(value) ?? {};
  if (!Number.isSafeInteger(epoch) || !Number.isSafeInteger(size) || typeof root !== 'string')
    return undefined;
  return isEmpty(more) ? `${epoch}/${size} ${root}` : undefined;
};

/** A list of strings, or what an empty list means. */
export const list =
  (none: (context: DescribeContext) => string): Describe =>
  (value, context) => {
    if (!isTexts(value)) return undefined;
    return value.length === 0 ? none(context) : joinWithAnd(value, context.language);
  };

export const exceptActions: Describe = (value, context) => {
  const { exceptActions: actions, ...more } = asObject(value) ?? {};
  return isEmpty(more) ? list(({ words }) => words.exceptNone)(actions, context) : undefined;
};

export const forbid: Describe = (value, { language, words }) =>
  orNone(
    each(value, (rule) => {
      const { service, resource, actions, ...more } = asObject(rule) ?? {};
      if (typeof service !== 'string' || typeof resource !== 'string') return undefined;
      if (!isTexts(actions) || !isEmpty(more)) return undefined;
      return `${service}: ${ruleWords({ resource, actions }, language)}`;
    }),
    words.forbidNone,
  );

export const bases: Describe = (value, { language, words }) =>
  orNone(
    each(value, (entry) => {
      const { basis, services, actions, maxSeconds, ...more } = asObject(entry) ?? {};
      if (typeof basis !== 'string' || !isTexts(services) || !isTexts(actions)) return undefined;
      if (!isCount(maxSeconds) || !isEmpty(more)) return undefined;
      const what = `${joinWithAnd(services, language)}, ${joinWithAnd(actions, language)}`;
      return words.basis(basis, what, durationText(maxSeconds, language));
    }),
    words.basesNone,
  );

/** One line for each entry. Undefined if any entry is malformed. */
export function each(value: unknown, describe: (entry: unknown) => string | undefined): string[] | undefined {
  if (!Array.isArray(value)) return undefined;
  const lines = value.map(describe).filter((line) => line !== undefined);
  return lines.length === value.length ? lines : undefined;
}

const orNone = (lines: string[] | undefined, none: string): string | string[] | undefined =>
  lines?.length === 0 ? none : lines;

export const isEmpty = (more: object): boolean => Object.keys(more).length === 0;
const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && Number(value) > 0;
export const isTexts = (value: unknown): value is string[] =>
  Array.isArray(value) && value.every((entry) => typeof entry === 'string');

/** A line for each person and for each passkey. A passkey is shown by its code, so that two people can compare it. */
export const people: Describe = (value, context) => {
  if (!Array.isArray(value)) return undefined;
  const lines = value.map((entry) => {
    const { person: id, passkeys, ...more } = asObject(entry) ?? {};
    const who = person(id, context);
    const keys = each(passkeys, (key) => passkey(key, context));
    return typeof who === 'string' && keys !== undefined && isEmpty(more) ? [who, ...keys] : undefined;
  });
  const known = lines.filter((each) => each !== undefined);
  return known.length === lines.length ? known.flat() : undefined;
};

/** A line for each recovery key and its owner. */
export const recoveryKeys: Describe = (value, context) =>
  each(value, (entry) => {
    const { person: id, jwk, ...more } = asObject(entry) ?? {};
    const who = person(id, context);
    const code = codeOf(jwk, context);
    return typeof who === 'string' && code !== undefined && isEmpty(more)
      ? `${who}: ${context.words.recoveryKey(code)}`
      : undefined;
  });

function passkey(value: unknown, context: DescribeContext): string | undefined {
  const { id, jwk, ...more } = asObject(value) ?? {};
  const code = codeOf(jwk, context);
  return typeof id === 'string' && code !== undefined && isEmpty(more)
    ? `– ${context.words.passkey(code, id)}`
    : undefined;
}

/** The code of a key. Its thumbprint covers all of the key's members. */
const codeOf = (jwk: unknown, { codes }: DescribeContext): string | undefined =>
  asObject(jwk) === undefined ? undefined : codes.get(canonicalJson(jwk));
