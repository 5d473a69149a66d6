import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Call, GrantTokenClaims } from '@countersign/authorization';
import type { VerifiedToken } from '../authorize/call-authorizer.js';
import { OpenCall } from '../budget/open-calls.js';
import type { RecordedCall } from '../records/recorder.js';
import type { CanonicalRequest } from './canonical-request.js';
import type { ReadBody } from './change-body.js';
import type { ChunkScanner } from './chunk-scanner.js';
import type { BodyArrival } from './http-reader.js';

/** One request on its way through the gateway. */
export type Exchange = {
  canonical: CanonicalRequest;
  request: IncomingMessage;
  response: ServerResponse;
  expectsContinue: boolean;
  /** Present if there is a body. */
  arrival: BodyArrival | undefined;
  /** Present if the body is chunked. */
  chunks: ChunkScanner | undefined;
};

/** The request as the checks of a call read it. `body` is present only if it had to be read before the decision. */
export function callOf(exchange: Exchange, body: ReadBody | undefined): Call {
  const { service, method, path, query, queryNames, host, headers, framing } = exchange.canonical;
  return {
    service,
    method,
    path,
    query,
    queryNames,
    host,
    headerValues: (name) => headers.all(name),
    headerFields: headers.fields,
    bodySha256: body?.sha256,
    bodyLength: framing.kind === 'length' ? framing.bytes : undefined,
    bodyIsArriving: body === undefined && isArriving(exchange),
  };
}

/** Whether the request has a body whose last byte has not come. */
export function isArriving({ arrival }: Pick<Exchange, 'arrival'>): boolean {
  return arrival?.isDone === false;
}

/** The request as its access record describes it. `droppedHeaders`: names of headers that are not forwarded. */
export function recordedCallOf(
  { canonical }: Exchange,
  claims: GrantTokenClaims,
  droppedHeaders: readonly string[] = [],
): RecordedCall {
  const { service, method, path, query } = canonical;
  return { claims, service, method, path: path + query, droppedHeaders };
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
  const { digest, tenant, terms } = claims;
  const { service } = canonical;
  return new OpenCall(digest, service, endsAt, tenant, terms.requester, beganAt, kid, bodyIsArriving);
}
