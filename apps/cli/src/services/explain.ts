import { type Call, type CallView, decideCall, type PublishedRouteMap } from '@countersign/authorization';
import {
  ContractError,
  compileRouteMap,
  parseTerms,
  type ServiceDefinition,
  type Terms,
} from '@countersign/contract';
import { segment } from '../api/client.js';
import {
  type GrantAnswer,
  grantShape,
  requestShape,
  type ServiceAnswer,
  serviceShape,
} from '../api/shapes.js';
import type { Answer, Context } from '../command/context.js';
import { CliError, usageError } from '../command/errors.js';
import { idOf } from '../command/flags.js';
import { facts } from '../terminal/text.js';

/**
 * Judges a call by the very steps that a gateway takes, without making it. What only the gateway knows (the
 * customer's forbid rules, calls running at once) is not judged here; ends with 1 where the call is refused.
 */
export async function explain(
  context: Context,
  method: string,
  target: string,
  options: { grant: string },
): Promise<Answer> {
  if (!target.startsWith('/')) throw usageError('the path must begin with "/", as under the service');
  const api = context.api();
  const grant = await api.call(`/api/v1/grants/${segment(idOf('grt', options.grant))}`, grantShape);
  const [request, service] = await Promise.all([
    api.call(`/api/v1/requests/${segment(grant.request)}`, requestShape),
    api.call(`/api/v1/services/${segment(grant.service)}`, serviceShape),
  ]);
  const terms = readTerms(request['terms']);
  const seconds = (instant: string | null) => Math.floor(Date.parse(instant ?? '') / 1_000);
  const claims = {
    grant_id: grant.id,
    grant_nbf: seconds(grant.startsAt),
    grant_exp: seconds(grant.endsAt),
    tenant: grant.tenant,
    digest: grant.digest,
    terms,
  };
  const decision = decideCall(
    claims,
    callOf(service.name, method, target),
    viewOf(grant, service),
    Date.now(),
  );
  const { match } = decision;
  const document = {
    allowed: decision.allowed,
    code: decision.allowed ? null : decision.code,
    detail: decision.allowed ? null : decision.detail,
    route: match?.route ?? null,
    resource: match?.resource ?? null,
    action: match?.action ?? null,
    tenant: match?.tenant ?? null,
  };
  const matched: [string, string][] =
    match === null
      ? []
      : [
          ['route', match.route],
          ['means', `${match.action} on ${match.resource} of ${match.tenant}`],
        ];
  if (!decision.allowed) {
    if (!context.json && matched.length > 0) context.note(facts(matched));
    const changed =
      terms.routes === service.routesHash
        ? ''
        : '; the service has another route map than when the grant was approved';
    throw new CliError(decision.code, `${decision.detail}${changed}`, { document });
  }
  return {
    document,
    text: facts([['allowed', 'yes, unless the customer’s forbid rules or a limit refuse it'], ...matched]),
  };
}

function readTerms(value: unknown): Terms {
  try {
    return parseTerms(value);
  } catch (error) {
    if (!(error instanceof ContractError)) throw error;
    throw new CliError('bad_answer', `the request's terms cannot be read: ${error.message}`, {
      cause: error,
    });
  }
}

function callOf(service: string, method: string, target: string): Call {
  const [path = '', ...rest] = target.split('?');
  const query = rest.length === 0 ? '' : `?${rest.join('?')}`;
  return {
    service,
    method: method.toUpperCase(),
    path,
    query,
    queryNames: [...new URLSearchParams(query).keys()],
    host: '',
    headerValues: () => [],
    headerFields: [],
    bodySha256: undefined,
  };
}

function viewOf(grant: GrantAnswer, service: ServiceAnswer): CallView {
  const definition: ServiceDefinition = {
    name: service.name,
    upstream: service.upstream,
    audience: service.audience,
    tenantFrom: service.tenantFrom,
    ...(service.tenantHeader === null ? {} : { tenantHeader: service.tenantHeader }),
    routes: service.routes.map(({ method, path, resource, action, query }) => ({
      method,
      path,
      resource,
      action,
      query,
    })),
  };
  const map: PublishedRouteMap = { definition, compiled: compileRouteMap(definition) };
  return {
    grant: (digest) =>
      digest === grant.digest && grant.state === 'active' && grant.startsAt !== null && grant.endsAt !== null
        ? {
            id: grant.id,
            tenant: grant.tenant,
            service: grant.service,
            startsAt: Date.parse(grant.startsAt),
            endsAt: Date.parse(grant.endsAt),
          }
        : undefined,
    currentMap: (name) => (name === service.name ? map : undefined),
    mapByHash: (hash) => (hash === service.routesHash ? map : undefined),
    forbidden: () => [],
    // Who has locked what is not the engineer's to read; the gateway says it when it is so.
    lockOn: () => undefined,
    // Nor is what the customer has signed: the token carries it, and the gateway holds it against its own pins.
    trust: () => undefined,
    pinnedTenants: new Set(),
    countersigned: () => undefined,
    hasRoom: () => true,
    hasBudget: () => true,
  };
}
