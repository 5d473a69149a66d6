import {
  type Grant,
  grantEndpoints,
  requestEndpoints,
  type Service,
  serviceEndpoints,
} from '@countersign/api';
import { authorizeCall, type Call, type CallView, type PublishedRouteMap } from '@countersign/authorization';
import {
  compileRouteMap,
  headersOfRoute,
  mayRepeat,
  PASSED_BY_DEFAULT,
  type Route,
  readOperation,
  type ServiceDefinition,
  type Terms,
  takesOperation,
} from '@countersign/contract';
import { openWithId } from '../api/find-id.js';
import type { Answer, Context } from '../command/context.js';
import { CliError, usageError } from '../command/errors.js';
import { suggestService } from '../requests/suggestions.js';
import { readTerms } from '../requests/terms.js';
import { type Fact, formatFacts, formatTable } from '../terminal/text.js';

/** What can be requested: every route of the service with its resource and action. */
export async function showRoutes(context: Context, name: string): Promise<Answer> {
  const api = await context.api();
  const service = await api
    .call(serviceEndpoints.read, { params: { name } })
    .catch(async (error: unknown) => {
      throw await suggestService(api, name, error);
    });
  const { definition } = publishedMap(service);
  const rows = definition.routes.map((route) => [
    route.shared ? '(shared)' : route.action,
    route.resource.replaceAll(/\{[^}]*\}/g, '*'),
    route.body === true ? `${route.method} +body` : route.method,
    describePath(route),
    describeQuery(route),
    headersOfRoute(definition, route).join(', '),
  ]);
  const table = formatTable(['ACTION', 'RESOURCE', 'METHOD', 'PATH', 'QUERY', 'HEADERS'], rows);
  const { routes, cors } = definition;
  const notes = [
    `Request headers that pass on every route: ${PASSED_BY_DEFAULT.join(', ')}. All others are dropped.`,
    ...(routes.some(({ repeat }) => repeat !== undefined) ? ['… behind a parameter: it may repeat.'] : []),
    ...(routes.some(({ body }) => body === true) ? ['GET +body: such a call may have a body.'] : []),
    ...routes.flatMap(({ method, path, mask }) =>
      mask === undefined ? [] : [`${method} ${path} masks ${mask.join(', ')} unless the grant is unmasked.`],
    ),
    ...routes.flatMap(({ method, path, presigned }) =>
      presigned === undefined
        ? []
        : [`${method} ${path} gives files through the gateway: links in ${presigned.join(', ')}.`],
    ),
    ...routes.flatMap(describeOperation),
    ...(routes.some(({ shared }) => shared === true)
      ? ['(shared): the same for every customer, as the vendor says. Open with every grant of the service.']
      : []),
    ...(definition.paths === 'exact'
      ? ['The service reads each spelling of a path as another path, as the vendor says (paths: exact).']
      : []),
    ...(cors === undefined ? [] : [`Pages that may call from a browser: ${cors.origins.join(', ')}.`]),
  ];
  return { document: service, text: `${table}\n\n${notes.join('\n')}` };
}

/** A persisted operation has its name behind the path. */
function describePath({ path, graphql }: Route): string {
  return graphql === undefined ? path : `${path} ${graphql.operation ?? `${graphql.sha256.slice(0, 12)}…`}`;
}

/** How a call names the operation of a route, and which of its variables say what it is about. */
function describeOperation({ method, path, graphql }: Route): string[] {
  if (graphql === undefined) return [];
  const { sha256, type, operation, variables = {} } = graphql;
  const named = operation === undefined ? 'without operationName' : `operationName ${operation}`;
  const read = Object.entries(variables).map(([name, pointer]) => `${name} from ${pointer}`);
  const values = read.length === 0 ? '' : `, ${read.join(', ')} of its variables`;
  return [`${method} ${path} takes the ${type} sha256:${sha256}, ${named}${values}.`];
}

/** The query parameters of a route; `…` behind one that may repeat. */
function describeQuery(route: Route): string {
  if (route.query === 'any') return 'any';
  return (route.query ?? []).map((name) => (mayRepeat(route, name) ? `${name}…` : name)).join(', ');
}

/**
 * Evaluates a call with the gateway's own steps, without making the call. Locks, the customer's forbid rules,
 * countersignatures and limits are known to the gateway alone and are not evaluated.
 * @throws CliError with the gateway's code if the call would be refused
 */
export async function explainCall(
  context: Context,
  method: string,
  target: string,
  options: { grant: string },
): Promise<Answer> {
  if (!target.startsWith('/')) throw usageError('the path must begin with "/", as below the service');
  const { api, id } = await openWithId(context, 'grt', options.grant);
  const grant = await api.call(grantEndpoints.read, { params: { id } });
  const [request, service] = await Promise.all([
    api.call(requestEndpoints.read, { params: { id: grant.request } }),
    api.call(serviceEndpoints.read, { params: { name: grant.service } }),
  ]);
  const terms = readTerms(request.terms);
  const decision = authorizeCall(
    { claims: tokenClaims(grant, terms), kid: '' },
    toCall(publishedMap(service), method, target),
    gatewayView(grant, service, terms),
    Date.now(),
  );
  const { allowed, match } = decision;
  const document = {
    allowed,
    code: decision.allowed ? null : decision.code,
    detail: decision.allowed ? null : decision.detail,
    route: match?.route ?? null,
    resource: match?.resource ?? null,
    action: match?.action ?? null,
    tenant: match?.tenant ?? null,
    headers: decision.allowed ? [...PASSED_BY_DEFAULT, ...decision.headers].sort() : null,
  };
  const matched: Fact[] =
    match === null
      ? []
      : [
          ['route', match.route],
          ['means', `${match.action} on ${match.resource} of ${match.tenant}`],
        ];
  if (!decision.allowed) {
    if (!context.json && matched.length > 0) context.note(formatFacts(matched));
    const changed =
      terms.routes === service.routesHash
        ? ''
        : '; the service has another route map than when the grant was approved';
    throw new CliError(decision.code, `${decision.detail}${changed}`, { document });
  }
  const verdict: Fact = [
    'allowed',
    'yes, unless a lock, a forbid rule of the customer or a limit refuses it',
  ];
  const listed = [...decision.headers].join(', ');
  const headers: Fact = [
    'headers',
    `${listed === '' ? '' : `${listed}, and `}the default ones (see \`countersign routes ${service.name}\`)`,
  ];
  return { document, text: formatFacts([verdict, ...matched, headers]) };
}

/** The claims that the grant's token would carry. */
function tokenClaims({ id, startsAt, endsAt, tenant, digest }: Grant, terms: Terms) {
  const seconds = (instant: string | null) => Math.floor(Date.parse(instant ?? '') / 1_000);
  return {
    // No token is minted to explain a call.
    exp: Number.POSITIVE_INFINITY,
    grant_id: id,
    grant_nbf: seconds(startsAt),
    grant_exp: seconds(endsAt),
    tenant,
    digest,
    terms,
  };
}

function toCall({ definition, compiled }: PublishedRouteMap, verb: string, target: string): Call {
  const [path = '', ...rest] = target.split('?');
  const query = rest.length === 0 ? '' : `?${rest.join('?')}`;
  const method = verb.toUpperCase();
  return {
    mode: 'gateway',
    service: definition.name,
    method,
    path,
    query,
    queryNames: [...new URLSearchParams(query).keys()],
    host: '',
    headerValues: () => [],
    headerFields: [],
    hasBody: false,
    bodySha256: undefined,
    bodyLength: undefined,
    bodyIsArriving: false,
    operation: takesOperation(compiled, method, path) ? operationIn(method, query) : undefined,
  };
}

/** Only the address of a call is known here, so only an operation with GET can be explained. */
function operationIn(method: string, query: string): Call['operation'] {
  if (method === 'POST')
    return {
      ...{ code: 'operation_refused', reason: 'no_operation' },
      detail: 'the operation is in the body of such a call, and only the address is explained here',
    };
  const read = readOperation({ method, query, headerValues: () => [], body: undefined });
  return 'reason' in read ? { code: 'operation_refused', ...read } : read;
}

/** The part of a gateway's knowledge that the API shows to an engineer. */
function gatewayView(grant: Grant, service: Service, terms: Terms): CallView {
  const map = publishedMap(service);
  return {
    // There is no token and no gateway here: what only they know counts as given.
    isInTouch: () => true,
    hasActiveSigningKey: () => true,
    isChangeSpent: () => false,
    grant: (digest) =>
      digest === grant.digest && grant.state === 'active' && grant.startsAt !== null && grant.endsAt !== null
        ? {
            id: grant.id,
            tenant: grant.tenant,
            service: grant.service,
            startsAt: Math.floor(Date.parse(grant.startsAt) / 1_000) * 1_000,
            endsAt: Date.parse(grant.endsAt),
            budget: terms.budget ?? null,
          }
        : undefined,
    currentMap: (name) => (name === service.name ? map : undefined),
    mapByHash: (hash) => (hash === service.routesHash ? map : undefined),
    forbidRules: () => [],
    requiresGateway: () => false,
    // An engineer may not read locks; the gateway's own refusal names them.
    findLock: () => undefined,
    // The token carries the countersignatures, and the gateway checks them against its own pins.
    trust: () => undefined,
    pinnedTenants: new Set(),
    checkCountersigned: () => undefined,
    hasRoom: () => true,
    hasBudgetLeft: () => true,
    maxBodyBytes: Number.POSITIVE_INFINITY,
  };
}

/** The service's map as the API shows it, compiled. */
export function publishedMap(service: Service): PublishedRouteMap {
  const { routesHash: _hash, tenantHeader, cors, ...members } = service;
  const definition: ServiceDefinition = {
    ...members,
    ...(tenantHeader === null ? {} : { tenantHeader }),
    ...(cors && { cors }),
    routes: service.routes.map(({ repeat = [], ...route }) => ({
      ...route,
      ...(repeat.length === 0 ? {} : { repeat }),
    })),
  };
  return { definition, compiled: compileRouteMap(definition) };
}
