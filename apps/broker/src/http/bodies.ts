import type { IncomingMessage, ServerResponse } from 'node:http';
import type { BrokerRequest } from './request.js';

export const MAX_BODY_BYTES = 1024 * 1024;

/** Keeps the bytes of a body as they came. */
export function keepRaw(
  request: IncomingMessage & Pick<Partial<BrokerRequest>, 'rawBody'>,
  _response: ServerResponse,
  body: Buffer,
): void {
  request.rawBody = body;
}
