import { createHash, randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import {
  type Grant,
  grantEndpoints,
  MAX_SHOWN_BODY,
  requestEndpoints,
  serviceEndpoints,
} from '@countersign/api';
import {
  ContractError,
  decodeStrictUtf8,
  isId,
  matchRoute,
  type RouteMatch,
  readOperation,
  takesOperation,
  toInstant,
} from '@countersign/contract';
import { bodyDifference, changedRows, differenceLine } from '@countersign/wording';
import type { Api } from '../api/client.js';
import { openWithId } from '../api/find-id.js';
import { readBody } from '../api/read-body.js';
import type { Answer, Context } from '../command/context.js';
import { CliError, cannotOpenError, usageError } from '../command/errors.js';
import { parseIsoDuration } from '../command/flags.js';
import { requestAnswer } from '../requests/request-text.js';
import { readBytes } from '../terminal/io.js';
import { quoteForShell } from '../terminal/text.js';
import { mintToken, readGatewayUrl } from './grant-token.js';
import { publishedMap } from './route-map.js';

/** Of UTF-8. */
const MAX_BYTES_PER_CHARACTER = 4;

export type ChangeOptions = {
  data: string;
  for: string;
  reason?: string;
  contentType?: string;
  /** False: the command does not read what is there now, so the approver sees the new body alone. */
  read: boolean;
  /** False: the approver sees only the hash of the body. */
  show: boolean;
};

/**
 * Requests approval of one exact call, in addition to a grant that the caller has: this method, this path, this body, once. The reason
 * and the ticket are those of the grant's request, unless another reason is given.
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
  const contentType = contentTypeOf(options.contentType, body);
  const match = routeOf(publishedMap(service).compiled, { method, target, contentType, body });
  if (match.tenant !== undefined && match.tenant !== grant.tenant)
    throw new CliError(
      'insufficient_scope',
      `the call is of ${match.tenant}, and the grant of ${grant.tenant}`,
    );
  const justification = options.reason ?? granted.justification;
  if (justification === null)
    throw usageError('--reason is needed: that of the grant’s request has been erased');
  // A persisted operation has no `GET` of its path that shows the state before the change.
  const reads = options.read && match.route.graphql === undefined;
  const shownChange = options.show
    ? await shownOf(context, api, { grant, target, body, options: { ...options, read: reads } })
    : undefined;
  const request = await api.call(requestEndpoints.create, {
    body: {
      ...{ tenant: grant.tenant, service: grant.service, duration, justification },
      scope: [{ resource: match.resource, actions: [match.route.action] }],
      budget: { calls: 1 },
      change: { method, path: target, bodySha256: digestOf(body), contentType },
      ...(shownChange === undefined ? {} : { shown: { ...shownChange, follows: grant.request } }),
      ...(granted.ticket === null ? {} : { ticket: granted.ticket }),
    },
    idempotencyKey: randomUUID(),
  });
  if (!context.json && shownChange !== undefined)
    context.note(differenceNote(method, contentType, shownChange));
  if (!context.json)
    context.note(
      `Requested: this one call, once. When it is approved, make it with\n  countersign curl ${request.grant ?? 'GRANT'} -- ${curlOf(method, target, contentType, options.data)}`,
    );
  return requestAnswer(context, api, request);
}

interface Shown {
  body: string;
  before?: { body: string; at: string; record?: string };
}

/** What the approver is shown: the body, and what a read of the path through the grant returns now. */
async function shownOf(
  context: Context,
  api: Pick<Api, 'call'>,
  { grant, target, body, options }: { grant: Grant; target: string; body: Buffer; options: ChangeOptions },
): Promise<Shown | undefined> {
  const text = shownText(body);
  if (text === undefined) {
    context.note('The approver sees only the hash of the body: it is too long to show, or is not text.');
    return undefined;
  }
  const before = options.read ? await readNow(context, api, grant, target) : undefined;
  return { body: text, ...(before === undefined ? {} : { before }) };
}

function shownText(body: Buffer): string | undefined {
  try {
    const text = decodeStrictUtf8(body);
    return text.length <= MAX_SHOWN_BODY && !text.includes('\0') ? text : undefined;
  } catch (error) {
    if (error instanceof ContractError) return undefined;
    throw error;
  }
}

/**
 * Reads the path once through the grant, unless that would begin a grant that has not begun. If nothing can be read, the approver sees
 * the new body alone, and the command notes why.
 */
async function readNow(
  context: Context,
  api: Pick<Api, 'call'>,
  grant: Grant,
  target: string,
): Promise<Shown['before']> {
  const without = (why: string) => {
    context.note(`The approver sees the new body alone: ${why}.`);
    return undefined;
  };
  if (grant.state !== 'active' || grant.access !== 'open') return without('the grant is not active');
  const token = await mintToken(api, grant.id).catch(refusalOf);
  if (token instanceof CliError) return without(`no token could be minted (${token.code})`);
  const at = toInstant(new Date());
  const answer = await fetch(readGatewayUrl(grant) + target, {
    headers: { authorization: `Bearer ${token.access_token}`, 'accept-encoding': 'identity', accept: '*/*' },
    redirect: 'manual',
  }).catch(() => undefined);
  if (answer === undefined) return without('the gateway did not answer');
  if (answer.status !== 200) {
    await answer.body?.cancel();
    return without(`GET ${target} was answered with ${answer.status}`);
  }
  const bytes = await readBody(answer, MAX_BYTES_PER_CHARACTER * MAX_SHOWN_BODY);
  const body = bytes === undefined ? undefined : shownText(bytes);
  if (body === undefined) return without('what is there now is too long to show, or is not text');
  const record = answer.headers.get('countersign-record');
  return { body, at, ...(record !== null && isId('rec', record) ? { record } : {}) };
}

function refusalOf(error: unknown): CliError {
  if (error instanceof CliError) return error;
  throw error;
}

function differenceNote(method: string, contentType: string, { body, before }: Shown): string {
  const { rows } = bodyDifference(before?.body ?? null, body, contentType);
  if (rows === null) return 'The approver sees both bodies as texts.';
  const changed = changedRows(rows, method);
  if (changed.length === 0) return 'Nothing would change: the body names what is there now.';
  return `The approver sees:\n${changed.map((row) => `  ${differenceLine(row)}`).join('\n')}`;
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

type ProposedCall = { method: string; target: string; contentType: string; body: Buffer };

function routeOf(
  map: Parameters<typeof matchRoute>[0],
  { method, target, contentType, body }: ProposedCall,
): RouteMatch {
  const [path = ''] = target.split('?');
  try {
    const read = takesOperation(map, method, path)
      ? readOperation({
          ...{ method, body, query: target.slice(path.length) },
          headerValues: (name) => (name === 'content-type' ? [contentType] : []),
        })
      : undefined;
    if (read !== undefined && 'reason' in read) throw new CliError('operation_refused', read.detail);
    const match = matchRoute(map, method, path, read);
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

function contentTypeOf(stated: string | undefined, body: Buffer): string {
  const contentType = stated ?? (isJson(body) ? 'application/json' : undefined);
  if (contentType === undefined)
    throw usageError('--content-type says what the body is: it is not JSON, and the approver sees the type');
  if (!MEDIA_TYPE.test(contentType))
    throw usageError('--content-type has the form "type/subtype", for example "text/csv; charset=utf-8"');
  return contentType;
}

/** The call for curl, with each value quoted for the shell. */
const curlOf = (method: string, target: string, contentType: string, data: string): string =>
  `-X ${method} -H ${quoteForShell(`content-type: ${contentType}`)} --data-binary ${quoteForShell(data)} ${quoteForShell(target)}`;
