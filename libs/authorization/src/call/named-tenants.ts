import { isSentByEveryClient } from '@countersign/contract';
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
    const named = spelling.toLowerCase().split(BETWEEN_SLUGS).find(isAnother);
    if (named !== undefined || decoded === MAX_DECODED || !spelling.includes('%')) return named;
    spelling = decodePercent(spelling);
  }
}

/**
 * Decodes each `%XX` by itself, so that one malformed escape hides no other. A slug is ASCII: the bytes of any other character
 * separate names, whatever the encoding.
 */
const decodePercent = (text: string): string =>
  text.replace(/%([0-9a-f]{2})/gi, (_escape, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));

/** `+`, a space in a query, separates names like a space. */
const inTarget = ({ path, query }: Call, isAnother: Test): string | undefined =>
  inText(path + query, isAnother);

/**
 * What every client sends names no tenant, unless the route lists it: a service that asks for cookies reads them. A header
 * that will be dropped is searched too: the call's author wanted another tenant.
 */
function inHeader({ headerFields }: Call, listed: ReadonlySet<string>, isAnother: Test): string | undefined {
  for (const [given, value] of headerFields) {
    const name = given.toLowerCase();
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
