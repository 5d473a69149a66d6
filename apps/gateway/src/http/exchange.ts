import type { Call, GrantTokenClaims } from '@countersign/authorization';
import type { CallMode } from '@countersign/contract';
import type { VerifiedToken } from '../authorize/call-authorizer.js';
import { OpenCall } from '../budget/open-calls.js';
import type { ServerExchange } from '../http1/server-connection.js';
import type { CallToRecord } from '../records/recorder.js';
import { recordedStatement, type SqlStatement } from '../sql/sql-statement.js';
import type { CanonicalRequest } from './canonical-request.js';
import type { ReadBody } from './change-body.js';

/**
 * One request on its way through the gateway: what was sent, its body, and the response to it. `mode`: who passes
 * an allowed call on; if it is absent, the gateway does. `sql`: the statement that the gateway runs in a database. `operation`: the
 * persisted operation that the call names, or why it names none.
 */
export type Exchange = ServerExchange<CanonicalRequest> & {
  mode?: CallMode;
  sql?: SqlStatement;
  operation?: Call['operation'];
};

/** The request as the checks of a call read it. `body` is present only if it had to be read before the decision. */
export function callOf(exchange: Exchange, body: ReadBody | undefined): Call {
  const { service, method, path, query, queryNames, host, headers, framing } = exchange.canonical;
  return {
    mode: exchange.mode ?? 'gateway',
    service,
    method,
    path,
    query,
    queryNames,
    host,
    headerValues: (name) => headers.all(name),
    headerFields: headers.fields,
    hasBody: framing.kind !== 'none',
    bodySha256: body?.sha256,
    bodyLength: framing.kind === 'length' ? framing.bytes : undefined,
    bodyIsArriving: body === undefined && isArriving(exchange),
    operation: exchange.operation,
  };
}

/** Whether the request has a body whose last byte has not come. */
export function isArriving({ body }: Pick<Exchange, 'body'>): boolean {
  return !body.isDone;
}

/** The request as its access record describes it. `droppedHeaders`: names of headers that are not forwarded. */
export function recordedCallOf(
  { canonical, mode = 'gateway', sql }: Exchange,
  claims: GrantTokenClaims,
  droppedHeaders: readonly string[] = [],
): CallToRecord {
  const { service, method, path, query } = canonical;
  const target = path + query + (sql === undefined ? '' : recordedStatement(sql));
  return { claims, service, method, path: target, droppedHeaders, mode };
}

/**
 * The request as an open call, which can be cut.
 *
 * @param endsAt milliseconds since the epoch
 * @param beganAt milliseconds of the monotonic clock
 * @param bodyIsArriving whether its body will arrive while it is open
 */
export function openCallOf(
  { canonical }: Exchange,
  { claims, kid }: VerifiedToken,
  { endsAt, beganAt, bodyIsArriving }: { endsAt: number; beganAt: number; bodyIsArriving: boolean },
): OpenCall {
  const { digest, tenant, terms, grant_id: grant } = claims;
  const { service } = canonical;
  return new OpenCall(digest, grant, service, endsAt, tenant, terms.requester, beganAt, kid, bodyIsArriving);
}
