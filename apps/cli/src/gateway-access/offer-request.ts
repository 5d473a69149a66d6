import { randomUUID } from 'node:crypto';
import { type Grant, requestEndpoints, serviceEndpoints } from '@countersign/api';
import type { PublishedRouteMap } from '@countersign/authorization';
import {
  ContractError,
  isTenantSlug,
  matchRoute,
  operationsAt,
  type Route,
  type RouteMatch,
  resourceMatches,
  routeResourcePattern,
  type ScopeEntry,
} from '@countersign/contract';
import { z } from 'zod';
import type { Api } from '../api/client.js';
import type { Context } from '../command/context.js';
import { formatDuration } from '../requests/request-text.js';
import { publishedMap } from './route-map.js';

/** A gateway's 403 that another grant would lift (docs/gateway.md, A call, in order). */
const refusal = z.looseObject({
  status: z.literal(403),
  request: z.strictObject({
    tenant: z.string().refine(isTenantSlug),
    service: z.string(),
    scope: z.tuple([z.strictObject({ resource: z.string(), actions: z.tuple([z.string()]) })]),
  }),
});
type Wanted = { tenant: string; resource: string; action: string };

/** Answers longer than this are no refusals of a gateway. */
export const MAX_REFUSAL_BYTES = 65_536;

/**
 * If what curl printed is the gateway's refusal of a call that another grant would cover, offers to request it: on a
 * terminal by a question, otherwise by the command. A yes requests exactly the action on the resource, for as long and with
 * the reason of the grant's own request.
 *
 * The text may also be from the upstream, which must not make anyone request something else. So it counts only if the service's
 * route map says the same of the path that the caller typed.
 *
 * @throws CliError the broker's refusal of the request
 */
export async function offerRequest(
  context: Context,
  api: Pick<Api, 'call'>,
  { grant, path, printed }: { grant: Grant; path: string; printed: string },
): Promise<void> {
  const claimed = readRefusal(printed, grant.service);
  if (claimed === undefined || context.json) return;
  const [service, granted] = await Promise.all([
    api.call(serviceEndpoints.read, { params: { name: grant.service } }),
    api.call(requestEndpoints.read, { params: { id: grant.request } }),
  ]);
  if (!mayMean(publishedMap(service), path, claimed)) return;
  const { tenant, resource, action } = claimed;
  const { duration, justification, ticket } = granted;
  const command = `countersign request ${tenant} ${grant.service} --scope '${resource}:${action}' --for ${duration} --reason TEXT`;
  const question = `This grant does not cover the call. Request “${action}” on ${resource} of ${tenant} for ${formatDuration(duration)}, with the reason of this grant?`;
  const isWanted = justification !== null && (await context.io.confirm?.(question)) === true;
  if (!isWanted) {
    context.note(`\nThis grant does not cover the call. To request what does:\n  ${command}`);
    return;
  }
  const scope: ScopeEntry[] = [{ resource, actions: [action] }];
  const requested = await api.call(requestEndpoints.create, {
    body: {
      ...{ tenant, service: grant.service, scope, duration, justification },
      ...(ticket === null ? {} : { ticket }),
    },
    idempotencyKey: randomUUID(),
  });
  context.note(`Requested. Follow it with "countersign show ${requested.id}".`);
}

/** The refusal at the end of what curl printed: headers (`-i`) may stand before it. Undefined for anything else. */
function readRefusal(printed: string, service: string): Wanted | undefined {
  const start = printed.indexOf('{"type":"about:blank","title":');
  const end = printed.lastIndexOf('}');
  if (start === -1 || end < start) return undefined;
  let value: unknown;
  try {
    value = JSON.parse(printed.slice(start, end + 1));
  } catch {
    return undefined;
  }
  const { data } = refusal.safeParse(value);
  if (data === undefined || data.request.service !== service) return undefined;
  const [{ resource, actions }] = data.request.scope;
  return { tenant: data.request.tenant, resource, action: actions[0] };
}

/**
 * Whether some route of this path has the resource and action of the refusal. Any persisted operation of the path counts, because the
 * body that names one is not known here.
 */
function mayMean({ definition, compiled }: PublishedRouteMap, path: string, claimed: Wanted): boolean {
  const methods = new Set(definition.routes.map(({ method }) => method));
  try {
    return [...methods].some((method) => {
      const match = matchRoute(compiled, method, path);
      return match === undefined
        ? operationsAt(compiled, method, path).some((route) => isOn(route, claimed))
        : isSame(match, claimed);
    });
  } catch (error) {
    if (error instanceof ContractError) return false;
    throw error;
  }
}

const isOn = (route: Route, { resource, action }: Wanted): boolean =>
  route.action === action && resourceMatches(routeResourcePattern(route), resource);

const isSame = (match: RouteMatch, { tenant, resource, action }: Wanted): boolean =>
  match.resource === resource && match.action === action && (match.tenant ?? tenant) === tenant;
