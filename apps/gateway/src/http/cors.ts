import {
  allowedOrigin,
  type CorsRules,
  headersOfRoute,
  PASSED_BY_DEFAULT,
  type ServiceDefinition,
} from '@countersign/contract';
import type { FlatFields } from '../http1/message-writer.js';
import type { CanonicalRequest } from './canonical-request.js';

/** How long browsers keep the answer to a preflight if the service does not say. */
const MAX_AGE_SECONDS = 600;
/** The gateway's own response headers that pages may read. */
const EXPOSED = ['Countersign-Record', 'Retry-After', 'WWW-Authenticate'];

/**
 * True for a preflight: before a call, a browser requests whether a page of another origin may make it (Fetch §3.2.2). A
 * preflight never has credentials, so a request with a token is a call.
 */
export function isPreflight({ method, headers }: CanonicalRequest): boolean {
  return (
    method === 'OPTIONS' &&
    headers.one('origin') !== undefined &&
    headers.one('access-control-request-method') !== undefined &&
    headers.one('authorization') === undefined
  );
}

/**
 * The CORS headers of every answer of a service with `cors`, refusals included. They say whether a page of the request's origin
 * may read the answer. An origin that is not listed is never echoed. `Vary` keeps caches from giving one origin's answer to
 * another origin.
 */
export function fieldsForOrigin(cors: CorsRules, { headers }: CanonicalRequest): FlatFields {
  const allowed = allowedOriginOf(cors, headers.one('origin'));
  const vary = allowed === '*' ? [] : ['Vary', 'Origin'];
  if (allowed === undefined) return vary;
  const exposed = [...EXPOSED, ...(cors.exposeHeaders ?? [])].join(', ');
  return ['Access-Control-Allow-Origin', allowed, ...credentialsOf(cors), ...vary].concat([
    'Access-Control-Expose-Headers',
    exposed,
  ]);
}

/** True if pages of the preflight's origin may call the service. */
export function isListedOrigin(cors: CorsRules, { headers }: CanonicalRequest): boolean {
  return allowedOriginOf(cors, headers.one('origin')) !== undefined;
}

/**
 * The further headers of the answer to a preflight. Anyone can send a preflight, so they are the same for every path and
 * tenant, and disclose only the methods and header names of the service's route map. The call itself is authorized when it
 * arrives.
 */
export function preflightFields(service: ServiceDefinition, cors: CorsRules): FlatFields {
  const { methods, headers } = namesOf(service);
  return [
    ...['Access-Control-Allow-Methods', methods, 'Access-Control-Allow-Headers', headers],
    ...['Access-Control-Max-Age', String(cors.maxAge ?? MAX_AGE_SECONDS)],
  ];
}

function allowedOriginOf(cors: CorsRules, origin: string | undefined): string | undefined {
  return origin === undefined ? undefined : allowedOrigin(cors, origin);
}

const credentialsOf = ({ credentials }: CorsRules): string[] =>
  credentials === true ? ['Access-Control-Allow-Credentials', 'true'] : [];

type Names = { methods: string; headers: string };
const known = new WeakMap<ServiceDefinition, Names>();

/** Methods and request headers of all routes, as lists for a browser. */
function namesOf(service: ServiceDefinition): Names {
  const found = known.get(service);
  if (found !== undefined) return found;
  const methods = new Set(service.routes.map(({ method }) => method));
  if (methods.has('GET')) methods.add('HEAD');
  const headers = new Set(['authorization', ...PASSED_BY_DEFAULT, ...(service.headers ?? [])]);
  if (service.tenantHeader !== undefined) headers.add(service.tenantHeader.toLowerCase());
  for (const route of service.routes) for (const name of headersOfRoute(service, route)) headers.add(name);
  const names = { methods: [...methods].sort().join(', '), headers: [...headers].sort().join(', ') };
  known.set(service, names);
  return names;
}
