import { isOfEveryClient } from '@countersign/scope';
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
  const upstream = view.currentMap(call.service)?.definition.upstream;
  for (const name of namedBy(call, upstream))
    if (name !== claims.tenant && pinnedTenants.has(name))
      return {
        code: 'insufficient_scope',
        detail: `the call names ${name}, another tenant that is pinned here`,
      };
  return undefined;
};

function* namedBy({ path, headerFields }: Call, upstream: string | undefined): Generator<string> {
  yield* path.toLowerCase().split(BETWEEN_SLUGS);
  for (const [name, value] of headerFields) {
    if (isOfEveryClient(name.toLowerCase())) continue;
    for (const each of value.toLowerCase().split(',')) yield each.trim();
  }
  if (upstream !== undefined) yield new URL(upstream).hostname.split('.', 1)[0] ?? '';
}
