import { foldText, isSentByEveryClient } from '@countersign/contract';
import type { Call, CallStep } from './call.js';
import { operationOf } from './route-and-scope-steps.js';

/** Anything outside a slug's alphabet separates names, so that `acme.json`, `tenant:acme` and `org=acme` name acme. */
const BETWEEN_SLUGS = /[^a-z0-9-]+/;

/**
 * A call of one tenant must not name another tenant that is pinned here, in any of the places from which a service
 * reads a tenant before it reads the body: the path, the query, a header, the first label of the upstream's host. The variables of a
 * persisted operation are searched too. Only the vendor's map says whose data
 * a call is about, so without this check a vendor could invent a tenant and map its calls to a customer's paths (P12).
 */
export const namesNoOtherPinnedTenant: CallStep = ({ claims, call, view, currentMap, headers }) => {
  const { pinnedTenants } = view;
  if (pinnedTenants.size === 0) return undefined;
  const isAnother = (name: string) => pinnedTenants.has(name) && name !== claims.tenant;
  const label = currentMap?.compiled.upstreamLabel ?? '';
  const named = isAnother(label)
    ? label
    : (inTarget(call, isAnother) ?? inHeader(call, headers, isAnother) ?? inVariables(call, isAnother));
  return named === undefined
    ? undefined
    : {
        code: 'insufficient_scope',
        detail: `the call names ${named}, another tenant that is pinned here`,
      };
};

type Test = (name: string) => boolean;

/** Services decode once. What a decoded address holds, such as another address, may be decoded once more. */
const MAX_DECODED = 2;

/** Searches the text as it is written, and decoded: a service may read either. */
function inText(text: string, isAnother: Test): string | undefined {
  let spelling = text;
  for (let decoded = 0; ; decoded++) {
    for (const reading of readingsOf(spelling)) {
      const named = reading.split(BETWEEN_SLUGS).find(isAnother);
      if (named !== undefined) return named;
    }
    if (decoded === MAX_DECODED || !spelling.includes('%')) return undefined;
    spelling = decodePercent(spelling);
  }
}

/**
 * Decodes each `%XX` by itself to one byte (a character up to U+00FF), so that one malformed escape hides no other.
 */
const decodePercent = (text: string): string =>
  text.replace(/%([0-9a-f]{2})/gi, (_escape, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));

/**
 * What services read in a text of bytes. A slug is ASCII, so in the first reading the bytes of any other character separate names. But a
 * service may also take such a character for a letter of a slug, as databases do that compare by a collation: `ácme` is `acme` there.
 */
function* readingsOf(bytes: string): Generator<string> {
  yield bytes.toLowerCase();
  if (!NOT_PLAIN.test(bytes)) return;
  yield inSlugLetters(bytes);
  const text = bytes.replace(/[\x80-\xff]+/g, (run) =>
    UTF8.decode(Uint8Array.from(run, (byte) => byte.charCodeAt(0))),
  );
  if (text !== bytes) yield inSlugLetters(text);
}

const UTF8 = new TextDecoder();
/** A character that is not ASCII, or a control character, which collations ignore. */
const NOT_PLAIN = /[^\t\n\r -~]/u;
const EACH_NOT_PLAIN = new RegExp(NOT_PLAIN, 'gu');

const inSlugLetters = (text: string): string => foldText(text.replace(EACH_NOT_PLAIN, asSlugLetters));

/** The strength that ignores case and accents (Unicode Technical Standard #10, level 1). Databases often compare so by default. */
const { compare } = new Intl.Collator('en', { sensitivity: 'base' });
/** Each digit, letter, and pair of letters (`æ` is `ae`), in the collation's order. */
const LETTERS = [...'abcdefghijklmnopqrstuvwxyz'];
const SLUG_LETTERS = [
  ...'0123456789',
  ...LETTERS.flatMap((one) => [one, ...LETTERS.map((two) => one + two)]),
];

/** The slug's letters that the collation takes the character for; nothing if it ignores it; else the character. */
function asSlugLetters(character: string): string {
  let found = slugLetters.get(character);
  if (found === undefined) {
    found = compare(`a${character}`, 'a') === 0 ? '' : (searchSlugLetters(character) ?? character);
    if (slugLetters.size === MOST_REMEMBERED) slugLetters.clear();
    slugLetters.set(character, found);
  }
  return found;
}

/** What was found for the last characters: a search takes some microseconds. Bounded, because there are over a million characters. */
const slugLetters = new Map<string, string>();
const MOST_REMEMBERED = 10_000;

function searchSlugLetters(character: string): string | undefined {
  let [from, end] = [0, SLUG_LETTERS.length];
  while (from < end) {
    const middle = (from + end) >> 1;
    const order = compare(character, SLUG_LETTERS[middle] as string);
    if (order === 0) return SLUG_LETTERS[middle];
    if (order < 0) end = middle;
    else from = middle + 1;
  }
  return undefined;
}

/** `+`, a space in a query, separates names like a space. */
const inTarget = ({ path, query }: Call, isAnother: Test): string | undefined =>
  inText(path + query, isAnother);

/**
 * What every client sends names no tenant, unless the route lists it: a service that asks for cookies reads them. A header
 * that will be dropped is searched too: the call's author wanted another tenant.
 */
function inHeader({ headerFields }: Call, listed: ReadonlySet<string>, isAnother: Test): string | undefined {
  for (const [field, value] of headerFields) {
    const name = field.toLowerCase();
    if (isSentByEveryClient(name) && !listed.has(name)) continue;
    const named = inText(value, isAnother);
    if (named !== undefined) return named;
  }
  return undefined;
}

function inVariables(call: Call, isAnother: Test): string | undefined {
  for (const text of operationOf(call)?.texts() ?? []) {
    const named = inText(text, isAnother);
    if (named !== undefined) return named;
  }
  return undefined;
}
