import { isSentByEveryClient } from '@countersign/contract';
import type { Call, CallStep } from './call.js';

/** What slugs are made of; all else parts them, so that `acme.json` names acme. */
const BETWEEN_SLUGS = /[^a-z0-9-]+/;

/**
 * No call of one tenant names another one that is pinned here, wherever a service could read a tenant: in a segment of the
 * path, a header, the first label of the upstream's host. Whose data a call is about is otherwise read from the vendor's
 * map alone, and a tenant that the vendor has invented could be sent by a map of its own to a customer's paths.
 */
export const namesNoOtherPinnedTenant: CallStep = ({ claims, call, view }) => {
  const { pinnedTenants } = view;
  if (pinnedTenants.size === 0) return undefined;
  const isAnother = (name: string) => pinnedTenants.has(name) && name !== claims.tenant;
  const label = view.currentMap(call.service)?.compiled.upstreamLabel ?? '';
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
    const said = value.toLowerCase();
    const values = said.includes(',') ? said.split(',').map((each) => each.trim()) : [said.trim()];
    const named = values.find(isAnother);
    if (named !== undefined) return named;
  }
  return undefined;
}
