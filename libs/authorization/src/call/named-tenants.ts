import { isSentByEveryClient } from '@countersign/contract';
import type { Call, CallStep } from './call.js';

/** Anything outside a slug's alphabet separates names, so that `acme.json` names acme. */
const BETWEEN_SLUGS = /[^a-z0-9-]+/;

/**
 * A call of one tenant must not name another tenant that is pinned here, in any place from which a service could read a
 * tenant: a segment of the path, a header, the first label of the upstream's host. Only the vendor's map says whose data
 * a call is about, so without this check a vendor could invent a tenant and map its calls to a customer's paths (P12).
 */
export const namesNoOtherPinnedTenant: CallStep = ({ claims, call, view, currentMap }) => {
  const { pinnedTenants } = view;
  if (pinnedTenants.size === 0) return undefined;
  const isAnother = (name: string) => pinnedTenants.has(name) && name !== claims.tenant;
  const label = currentMap?.compiled.upstreamLabel ?? '';
  const named = isAnother(label) ? label : (inPath(call, isAnother) ?? inHeader(call, isAnother));
  return named === undefined
    ? undefined
    : {
        code: 'insufficient_scope',
        detail: `the call names ${named}, another tenant that is pinned here`,
      };
};

type Test = (name: string) => boolean;

function inPath({ path }: Call, isAnother: Test): string | undefined {
  return path.toLowerCase().split(BETWEEN_SLUGS).find(isAnother);
}

function inHeader({ headerFields }: Call, isAnother: Test): string | undefined {
  for (const [name, value] of headerFields) {
    if (isSentByEveryClient(name.toLowerCase())) continue;
    const text = value.toLowerCase();
    const values = text.includes(',') ? text.split(',').map((each) => each.trim()) : [text.trim()];
    const named = values.find(isAnother);
    if (named !== undefined) return named;
  }
  return undefined;
}
