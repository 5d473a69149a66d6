import {
  type Change,
  ContractError,
  forbidsCall,
  isSlug,
  listsQuery,
  matchRoute,
  mayRepeat,
  namesSecondObject,
  type OperationCall,
  type Route,
  type RouteMatch,
  readByteRange,
  routeName,
  type ServiceDefinition,
  scopeAllows,
} from '@countersign/contract';
import type {
  Call,
  CallClaims,
  CallContext,
  CallRefusal,
  CallStep,
  LinkedFields,
  Masking,
  PublishedRouteMap,
  RoutesOfCall,
} from './call.js';

/** What a call is by one route map. */
type Meaning = {
  route: Route;
  resource: string;
  action: string;
  tenant: string | undefined;
  headers: ReadonlySet<string>;
};

const notListed = (detail: string): CallRefusal => ({ code: 'route_not_listed', detail });

const OPERATION_NOT_LISTED =
  'no route lists this operation: its hash, and its operationName exactly as the route has it (`countersign routes` shows both)';

/**
 * The call must have the same resource, action and tenant by the map that the terms name (what the approver saw) and by
 * the current map (what the vendor publishes now). Otherwise a changed map would change what an approved scope means.
 */
export const routeIsListed: CallStep = (context) => {
  const { claims, call, approvedMap, currentMap } = context;
  if (call.operation !== undefined && 'code' in call.operation) return call.operation;
  // What the vendor says of its service counts only while it stands by it, and only if the approver saw it.
  const isExact = approvedMap?.compiled.isExact === true && currentMap?.compiled.isExact === true;
  const approved = meaningBy(approvedMap, call, claims, isExact);
  const current = currentMap === approvedMap ? approved : meaningBy(currentMap, call, claims, isExact);
  if (approved === undefined || current === undefined)
    return notListed(call.operation === undefined ? 'the route is not listed' : OPERATION_NOT_LISTED);
  const agree =
    approved.resource === current.resource &&
    approved.action === current.action &&
    approved.tenant === current.tenant &&
    approved.route.shared === current.route.shared;
  if (!agree) return notListed('the route means something else than when the grant was approved');
  const ambiguity = findAmbiguity(approved.route, call) ?? findAmbiguity(current.route, call);
  if (ambiguity !== undefined) return { code: 'ambiguous_request', detail: ambiguity };
  const unlisted = call.queryNames.find(
    (name) => !listsQuery(approved.route, name) || !listsQuery(current.route, name),
  );
  if (unlisted !== undefined) return notListed('a query parameter is not listed for this route');
  const headers = inBoth(approved.headers, current.headers);
  if (call.headerFields.some(([name]) => namesSecondObject(name) && !headers.has(name)))
    return notListed('a header that names another object is not listed for this route');
  if (approved.tenant === undefined)
    return { code: 'insufficient_scope', detail: 'the call names no tenant' };
  context.match = {
    route: routeName(approved.route),
    resource: approved.resource,
    action: approved.action,
    tenant: approved.tenant,
    ...(approved.route.shared && { shared: approved.route.shared }),
  };
  context.routes = { approved: approved.route, current: current.route };
  context.headers = headers;
  if (claims.terms.unmasked !== true) context.masking = maskingOf(approved.route, current.route);
  context.links = linksOf(context);
  return context.links !== undefined && context.masking !== undefined
    ? notListed('one of the maps masks fields of the answer, and the other one has links in it')
    : undefined;
};

/**
 * A field that one of the maps masks is masked: the approver has not seen that it would be shown, or the vendor hides it now. A type
 * passes only if both let it pass.
 */
function maskingOf(approved: Route, current: Route): Masking | undefined {
  if (approved.mask === undefined && current.mask === undefined) return undefined;
  const fields = new Set([...(approved.mask ?? []), ...(current.mask ?? [])]);
  const passedBy = (route: Route, type: string) =>
    route.mask === undefined || route.maskPasses?.includes(type) === true;
  const types = [...(approved.maskPasses ?? []), ...(current.maskPasses ?? [])];
  const passes = types.filter((type) => passedBy(approved, type) && passedBy(current, type));
  return { fields: [...fields], passes };
}

/** A header that only one of the maps lists is not passed: the approver has not seen it, or the vendor no longer wants it. */
function inBoth(one: ReadonlySet<string>, other: ReadonlySet<string>): ReadonlySet<string> {
  return one === other ? one : new Set([...one].filter((name) => other.has(name)));
}

function meaningBy(
  map: PublishedRouteMap | undefined,
  call: Call,
  claims: CallClaims,
  isExact: boolean,
): Meaning | undefined {
  if (map === undefined || map.definition.name !== call.service || call.path === '') return undefined;
  const match = matchRoute(map.compiled, call.method, call.path, operationOf(call), isExact);
  if (match === undefined) return undefined;
  const { route, resource, action, headers } = match;
  return { route, resource, action, headers, tenant: tenantOfCall(map.definition, match, call, claims) };
}

/** The persisted operation that the call names; undefined if it names none. */
export const operationOf = ({ operation }: Pick<Call, 'operation'>): OperationCall | undefined =>
  operation === undefined || 'code' in operation ? undefined : operation;

/**
 * Why a call of this route could be read in two ways; undefined if it could not.
 *
 * Of two values of one parameter, programs read the first, the last or both: the route says which parameters may repeat
 * (`repeat`, or all with `query: any`). Content of `GET` has no general meaning (RFC 9110 §9.3.1), and some servers take it
 * for the next request: the route says that its upstream reads it (`body`).
 */
export function findAmbiguity(
  route: Route,
  { method, hasBody, queryNames }: Pick<Call, 'method' | 'hasBody' | 'queryNames'>,
): string | undefined {
  if (hasBody && method === 'GET' && route.body !== true) return 'a body with a method that has none';
  if (queryNames.length < 2) return undefined;
  const seen = new Set<string>();
  for (const name of queryNames) {
    if (seen.has(name) && !mayRepeat(route, name)) return 'a query parameter is given twice';
    seen.add(name);
  }
  return undefined;
}

/**
 * The tenant of a call, read where the service's map says:
 * - `path`: the value of `{tenant}`;
 * - `host`: the left-most label of the host (`acme.gateway.example` → `acme`);
 * - `header`: the one value of the named header;
 * - `service`: the call names none; the gateway tells the upstream the token's tenant.
 *
 * A call of a shared route names none either: it counts as the token's tenant's.
 *
 * Undefined if the call names none. Throws ContractError `ambiguous_request` for a header that is given twice.
 */
export function tenantOfCall(
  service: ServiceDefinition,
  match: RouteMatch,
  call: Call,
  claims: CallClaims,
): string | undefined {
  if (match.route.shared) return claims.tenant;
  switch (service.tenantFrom) {
    case 'path':
      return match.tenant;
    case 'host':
      return slugOrUndefined(call.host.includes('.') ? call.host.split('.')[0] : undefined);
    case 'header': {
      const values = call.headerValues(service.tenantHeader ?? '');
      if (values.length > 1) throw new ContractError('ambiguous_request', 'the tenant header is given twice');
      return slugOrUndefined(values[0]);
    }
    case 'service':
      return claims.tenant;
  }
}

function slugOrUndefined(value: string | undefined): string | undefined {
  return value !== undefined && isSlug(value) ? value : undefined;
}

const outside = (detail: string): CallRefusal => ({ code: 'insufficient_scope', detail });

/** Call, token and terms are about one tenant. */
export const tenantIsTheTokens: CallStep = ({ claims, match }) =>
  match?.tenant === claims.tenant && claims.terms.tenant === claims.tenant
    ? undefined
    : outside('the call is for another tenant');

/** The approved scope allows this action on this one resource. What is the same for every tenant needs no scope. */
export const scopeCovers: CallStep = ({ claims, match }) =>
  match?.shared || (match !== undefined && scopeAllows(claims.terms.scope, match.resource, match.action))
    ? undefined
    : outside('the scope does not allow this action on this resource');

/** The tenant's current `forbid` rules beat what it approved before. Calls of an unknown tenant are refused. */
export const tenantDoesNotForbid: CallStep = ({ claims, call, view, match }) => {
  const rules = view.forbidRules(claims.tenant);
  if (rules === undefined || match === undefined) return outside('the tenant is not known');
  return rules.some((rule) => forbidsCall(rule, call.service, match.resource, match.action))
    ? outside('the tenant forbids this')
    : undefined;
};

/**
 * A tenant may require that the gateway forwards each of its calls: then it also holds what only the response shows, and cuts
 * responses that are open when access ends.
 */
export const tenantAcceptsMode: CallStep = ({ claims, call, view }) =>
  call.mode === 'gateway' || !view.requiresGateway(claims.tenant)
    ? undefined
    : {
        code: 'gateway_required',
        detail:
          'this tenant accepts only calls through the gateway itself: send the call to the gateway’s own address',
      };

/**
 * Terms with a `change` allow exactly that call: its method, path with query, body to the byte, and the headers that say how
 * the body is read. Such a header that the change does not name must be absent.
 */
export const changeIsTheApproved: CallStep = ({ claims: { terms }, call }) => {
  const change = terms.change;
  if (change === undefined) return undefined;
  const same =
    change.method === call.method &&
    change.path === call.path + call.query &&
    change.bodySha256 === call.bodySha256;
  if (!same) return outside('this is not the one change that was approved');
  const header = HEADERS_OF_CHANGE.find(([name, member]) => !isOnly(call.headerValues(name), change[member]));
  if (header !== undefined) return outside(`the approved change has another ${header[0]}`);
  const unsigned = NEVER_OF_CHANGE.find((name) => call.headerValues(name).length > 0);
  return unsigned === undefined ? undefined : outside(`an approved change has no ${unsigned}`);
};

const HEADERS_OF_CHANGE = [
  ['Content-Type', 'contentType'],
  ['Content-Encoding', 'contentEncoding'],
] as const satisfies (readonly [string, keyof Change])[];

/**
 * They also say what the body is, and no member of a change names them. With `Content-Range` a PUT would replace a part of the
 * resource only (RFC 9110 §14.5); with `Content-Disposition` an upload would get another name.
 */
const NEVER_OF_CHANGE = ['Content-Range', 'Content-Disposition', 'Content-Language', 'Content-Location'];

/** Whether the answers of this call are files, by one of the maps: the record then has the hash of what was sent. */
export const isDownload = ({ approved, current }: RoutesOfCall): boolean =>
  approved.download === true || current.download === true;

/**
 * A download takes one range of bytes at most (RFC 9110 §14.2). The hash of an answer with several parts would be one of a
 * multipart text whose boundary the service chooses, and nothing that anyone could compare with the file.
 */
export const rangeIsOne: CallStep = ({ call, routes, links }) => {
  const takesRange = routes !== undefined && isDownload(routes);
  if (links === undefined && !takesRange) return undefined;
  const values = call.headerValues('range');
  if (links !== undefined && values.length > 0)
    return { code: 'range_refused', detail: 'this answer has links to files, and is read as a whole' };
  if (!takesRange) return undefined;
  return values.length === 0 || (values.length === 1 && readByteRange(values[0] ?? '') !== undefined)
    ? undefined
    : { code: 'range_refused', detail: 'a download takes one range at most, such as bytes=0-1023' };
};

/**
 * A link in a field that one of the maps lists is kept back: the approver has not seen that it would be handed out, or the vendor
 * keeps it back now. It may lead only to storages that both list.
 */
function linksOf({ routes, approvedMap, currentMap }: CallContext): LinkedFields | undefined {
  if (routes?.approved.presigned === undefined && routes?.current.presigned === undefined) return undefined;
  const fields = new Set([...(routes.approved.presigned ?? []), ...(routes.current.presigned ?? [])]);
  if (fields.size === 0) return undefined;
  const [approved = [], current = []] = [approvedMap, currentMap].map((map) => map?.definition.fileHosts);
  return { fields: [...fields], hosts: current.filter((host) => approved.includes(host)) };
}

/** Whether the header has this one value, or is absent if none is wanted. */
function isOnly(values: readonly string[], wanted: string | undefined): boolean {
  return wanted === undefined ? values.length === 0 : values.length === 1 && values[0] === wanted;
}
