import { hash } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Call, GrantTokenClaims } from '@countersign/authorization';
import type { VerifiedToken } from '../authorize/call-authorizer.js';
import { OpenCall } from '../budget/open-calls.js';
import type { RecordedCall } from '../records/recorder.js';
import type { CanonicalRequest } from './canonical-request.js';
import type { ChunkScanner } from './chunk-scanner.js';

/** One request on its way through the gateway. */
export type Exchange = {
  canonical: CanonicalRequest;
  request: IncomingMessage;
  response: ServerResponse;
  expectsContinue: boolean;
  /** Present if the body is chunked. */
  chunks: ChunkScanner | undefined;
};

/** The request as the checks of a call read it. `body` is present only if it had to be read before the decision. */
export function callOf(canonical: CanonicalRequest, body: Buffer | undefined): Call {
  const { service, method, path, query, queryNames, host, headers, framing } = canonical;
  return {
    service,
    method,
    path,
    query,
    queryNames,
    host,
    headerValues: (name) => headers.all(name),
    headerFields: headers.fields,
    bodySha256: body === undefined ? undefined : `sha256:${hash('sha256', body, 'hex')}`,
    bodyLength: framing.kind === 'length' ? framing.bytes : undefined,
  };
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
 */
export function openCallOf(
  { canonical }: Exchange,
  { claims, kid }: VerifiedToken,
  endsAt: number,
  beganAt: number,
): OpenCall {
  const { digest, tenant, terms } = claims;
  return new OpenCall(digest, canonical.service, endsAt, tenant, terms.requester, beganAt, kid);
}
