import {
  ContractError,
  isJsonType,
  jsonPointer,
  readStrictJsonText,
  showHiddenCharacters,
} from '@countersign/contract';

/**
 * One value of a body, by its JSON Pointer. `before` and `after` are JSON: strings are quoted, numbers are as they were
 * written. `absent`: the new body does not name what was there before.
 */
export interface DifferenceRow {
  kind: 'changed' | 'added' | 'absent' | 'same';
  pointer: string;
  before: string | null;
  after: string | null;
}

/** Null rows: the bodies cannot be compared value by value. Show them as texts. */
export type BodyDifference = { rows: DifferenceRow[] | null };

/** A body with more values is shown as a text. */
const MAX_VALUES = 500;
/** A string, a mark, or a word: a number, true, false or null. For valid JSON only. */
const TOKEN = /"(?:[^"\\]|\\.)*"|[{}[\],:]|[^\s{}[\],:"]+/gs;

/**
 * Compares a new JSON body with what was there before, value by value, so that a body that names only some members (as
 * most PATCH bodies do) is not shown as if it removed the others. Nothing is rounded or merged: a body that readers could
 * understand differently (two members of one name, RFC 8259 §4) is not compared, and hidden characters are written out.
 *
 * @param before null if it is not known
 * @param contentType how the service is told to read the new body. It reads a form in which values are hidden that JSON has as one text
 */
export function bodyDifference(
  before: string | null,
  after: string,
  contentType: string | undefined,
): BodyDifference {
  if (contentType !== undefined && !isPlainJson(contentType)) return { rows: null };
  const read = valuesOf(after);
  if (read === null) return { rows: null };
  const { values: new_ } = read;
  if (before === null) return { rows: [...new_].map(([pointer, text]) => row('added', pointer, null, text)) };
  const earlier = valuesOf(before);
  // The old value of a list or a text is no counterpart of a new object: comparing pointers would say nothing.
  if (earlier === null || shapeOf(before) !== shapeOf(after)) return { rows: null };
  // Nor is a list within the body one of an object with the names 0, 1, 2: each value would be shown as the same.
  if ([...read.kinds].some(([pointer, kind]) => (earlier.kinds.get(pointer) ?? kind) !== kind))
    return { rows: null };
  const { values: old } = earlier;
  const rows = [...new_].map(([pointer, text]) => {
    const was = old.get(pointer);
    if (was === undefined) return row('added', pointer, null, text);
    return row(was === text ? 'same' : 'changed', pointer, was, text);
  });
  for (const [pointer, was] of old) if (!new_.has(pointer)) rows.push(row('absent', pointer, was, null));
  return { rows };
}

const row = (
  kind: DifferenceRow['kind'],
  pointer: string,
  before: string | null,
  after: string | null,
): DifferenceRow => ({
  kind,
  pointer: showHiddenCharacters(pointer),
  before: before === null ? null : showHiddenCharacters(before),
  after: after === null ? null : showHiddenCharacters(after),
});

const shapeOf = (json: string): string => (/[^\s]/.exec(json)?.[0] ?? '').replace(/[^{[]/, 'value');

/** JSON in UTF-8. */
function isPlainJson(contentType: string): boolean {
  const [type = '', ...parameters] = contentType.split(';').map((part) => part.trim().toLowerCase());
  return isJsonType(type) && parameters.every((parameter) => /^charset="?utf-8"?$/.test(parameter));
}

/** `values`: each value by its pointer, in the order of the text. `kinds`: for each object or list that is not empty, `{` or `[`. */
type Read = { values: Map<string, string>; kinds: Map<string, string> };

/** Null if it is not JSON that all readers understand alike. */
function valuesOf(json: string): Read | null {
  try {
    readStrictJsonText(json);
  } catch (error) {
    if (error instanceof ContractError) return null;
    throw error;
  }
  const read: Read = { values: new Map(), kinds: new Map() };
  const tokens = json.match(TOKEN) ?? [];
  readValue(tokens, 0, [], read);
  return read.values.size > MAX_VALUES ? null : read;
}

/** Reads one value of valid JSON, at most 64 deep. @returns where it ends */
function readValue(tokens: readonly string[], at: number, path: readonly PropertyKey[], read: Read): number {
  const token = tokens[at] ?? '';
  const close = token === '{' ? '}' : token === '[' ? ']' : null;
  if (close === null || tokens[at + 1] === close) {
    read.values.set(jsonPointer(path), close === null ? written(token) : `${token}${close}`);
    return close === null ? at + 1 : at + 2;
  }
  read.kinds.set(jsonPointer(path), token);
  let next = at + 1;
  for (let index = 0; ; index++) {
    const isObject = close === '}';
    const name = isObject ? String(JSON.parse(tokens[next] ?? '""')) : index;
    next = readValue(tokens, isObject ? next + 2 : next, [...path, name], read);
    if (tokens[next++] === close) return next;
  }
}

/** Strings without needless escapes, so that two spellings of one text are equal; all else as it was written. */
const written = (token: string): string =>
  token.startsWith('"') ? JSON.stringify(JSON.parse(token)) : token;

/** What a reader of one line per value should see first: what changes, and what a whole replacement leaves out. */
export const changedRows = (rows: readonly DifferenceRow[], method: string): DifferenceRow[] =>
  rows.filter(
    ({ kind }) => kind === 'changed' || kind === 'added' || (kind === 'absent' && method === 'PUT'),
  );

/** `/status: "open" → "void"`. A value that is not known, or not named, is a dash. */
export const differenceLine = ({ pointer, before, after }: DifferenceRow): string =>
  `${pointer === '' ? '/' : pointer}: ${before ?? '–'} → ${after ?? '–'}`;
