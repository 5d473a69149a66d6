import { isSentByEveryClient } from '@countersign/contract';
import type { Call, CallStep } from './call.js';

/** Anything outside a slug's alphabet separates names, so that `acme.json`, `tenant:acme` and `org=acme` name acme. */
const BETWEEN_SLUGS = /[^a-z0-9-]+/;

/**
 * A call of one tenant must not name another tenant that is pinned here, in any place from which a service could read a
 * tenant: the path, a header, the first label of the upstream's host. Only the vendor's map says whose data
 * a call is about, so without this check a vendor could invent a tenant and map its calls to a customer's paths (P12).
 */
export const namesNoOtherPinnedTenant: CallStep = ({ claims, call, view, currentMap, headers }) => {
  const { pinnedTenants } = view;
  if (pinnedTenants.size === 0) return undefined;
  const isAnother = (name: string) => pinnedTenants.has(name) && name !== claims.tenant;
  const label = currentMap?.compiled.upstreamLabel ?? '';
  const named = isAnother(label) ? label : (inPath(call, isAnother) ?? inHeader(call, headers, isAnother));
  return named === undefined
    ? undefined
    : {
        code: 'insufficient_scope',
        detail: `the call names ${named}, another tenant that is pinned here`,
      };
};

type Test = (name: string) => boolean;

const inText = (text: string, isAnother: Test): string | undefined =>
  text.toLowerCase().split(BETWEEN_SLUGS).find(isAnother);

const inPath = ({ path }: Call, isAnother: Test): string | undefined => inText(path, isAnother);

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
