import { createHash, randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { grantEndpoints, requestEndpoints, serviceEndpoints } from '@countersign/api';
import { ContractError, matchRoute, type RouteMatch } from '@countersign/contract';
import { openWithId } from '../api/find-id.js';
import type { Answer, Context } from '../command/context.js';
import { CliError, cannotOpenError, usageError } from '../command/errors.js';
import { parseIsoDuration } from '../command/flags.js';
import { formatRequest } from '../requests/request-text.js';
import { readBytes } from '../terminal/io.js';
import { publishedMap } from './route-map.js';

export type ChangeOptions = {
  data: string;
  for: string;
  reason?: string;
  contentType?: string;
};

/**
 * Requests one exact call beside a grant that the caller holds: this method, this path, this body, once. The reason and the
 * ticket are those of the grant's request, unless another reason is given.
 *
 * @throws CliError `route_not_listed`, `insufficient_scope` if the call could not be made by such a grant
 */
export async function proposeChange(
  context: Context,
  grantText: string,
  methodText: string,
  target: string,
  options: ChangeOptions,
): Promise<Answer> {
  if (!target.startsWith('/')) throw usageError('the path must begin with "/", as below the service');
  const duration = parseIsoDuration('--for', options.for);
  const body = await bodyOf(context, options.data);
  const { api, id } = await openWithId(context, 'grt', grantText);
  const grant = await api.call(grantEndpoints.read, { params: { id } });
  const [granted, service] = await Promise.all([
    api.call(requestEndpoints.read, { params: { id: grant.request } }),
    api.call(serviceEndpoints.read, { params: { name: grant.service } }),
  ]);
  const method = methodText.toUpperCase();
  const match = routeOf(publishedMap(service).compiled, method, target);
  if (match.tenant !== undefined && match.tenant !== grant.tenant)
    throw new CliError(
      'insufficient_scope',
      `the path is of ${match.tenant}, and the grant of ${grant.tenant}`,
    );
  const contentType = contentTypeOf(options.contentType, body);
  const justification = options.reason ?? granted.justification;
  if (justification === null)
    throw usageError('--reason is needed: that of the grant’s request has been erased');
  const request = await api.call(requestEndpoints.create, {
    body: {
      ...{ tenant: grant.tenant, service: grant.service, duration, justification },
      scope: [{ resource: match.resource, actions: [match.route.action] }],
      budget: { calls: 1 },
      change: { method, path: target, bodySha256: digestOf(body), contentType },
      ...(granted.ticket === null ? {} : { ticket: granted.ticket }),
    },
    idempotencyKey: randomUUID(),
  });
  if (!context.json)
    context.note(
      `Requested: this one call, once. When it is approved, make it with\n  countersign curl ${request.grant ?? 'GRANT'} -- ${curlOf(method, target, contentType, options.data)}`,
    );
  return { document: request, text: formatRequest(request, new Date()) };
}

/** The body as curl's `--data` names it: `@FILE`, `@-` for standard input, or the text itself. */
async function bodyOf({ io }: Context, data: string): Promise<Buffer> {
  if (!data.startsWith('@')) return Buffer.from(data, 'utf8');
  // Read whole, because a body that is cut off would have another hash.
  if (data === '@-') return readBytes(io.stdin);
  try {
    return await readFile(data.slice(1));
  } catch (error) {
    throw cannotOpenError(data.slice(1), error);
  }
}

function routeOf(map: Parameters<typeof matchRoute>[0], method: string, target: string): RouteMatch {
  const [path = ''] = target.split('?');
  try {
    const match = matchRoute(map, method, path);
    if (match !== undefined) return match;
  } catch (error) {
    if (!(error instanceof ContractError)) throw error;
    throw new CliError(error.code, error.message);
  }
  throw new CliError('route_not_listed', `the service has no route for ${method} ${path}`);
}

const digestOf = (body: Buffer): string => `sha256:${createHash('sha256').update(body).digest('hex')}`;

function isJson(body: Buffer): boolean {
  try {
    JSON.parse(body.toString('utf8'));
    return true;
  } catch {
    return false;
  }
}

/** Type, subtype and parameters, as a header has them (RFC 9110, 8.3.1). */
const MEDIA_TYPE = /^[\w!#$%&'*+.^`|~-]+\/[\w!#$%&'*+.^`|~-]+(?:\s*;[\x20-\x7e]+)?$/;

function contentTypeOf(given: string | undefined, body: Buffer): string {
  const contentType = given ?? (isJson(body) ? 'application/json' : undefined);
  if (contentType === undefined)
    throw usageError('--content-type says what the body is: it is not JSON, and the approver sees the type');
  if (!MEDIA_TYPE.test(contentType))
    throw usageError('--content-type has the form "type/subtype", for example "text/csv; charset=utf-8"');
  return contentType;
}

/** The call for curl, with each value quoted for the shell. */
const curlOf = (method: string, target: string, contentType: string, data: string): string =>
  `-X ${method} -H ${quoted(`content-type: ${contentType}`)} --data-binary ${quoted(data)} ${quoted(target)}`;

const quoted = (text: string): string =>
  /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
