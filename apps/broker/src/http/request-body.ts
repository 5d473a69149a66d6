import { isUtf8 } from 'node:buffer';
import type { IncomingMessage } from 'node:http';
import { jsonPointer, readStrictJson } from '@countersign/contract';
import type { NextFunction, Request, Response } from 'express';
import { HttpProblem } from './problem.js';
import type { BrokerRequest } from './request.js';

/** The most that a caller may send, unless the endpoint names another limit. */
export const MAX_BODY_BYTES = 1024 * 1024;

/** A body over its limit is read up to here and discarded, so that an honest client can read the answer. */
const MAX_DISCARDED_BYTES = 16 * 1024 * 1024;

const CHARSET = /;\s*charset\s*=\s*"?([^";\s]*)/i;

/** Whether a request has a body. */
export function hasBody({ headers }: Pick<IncomingMessage, 'headers'>): boolean {
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;
}

/**
 * The bytes of a body.
 *
 * @throws HttpProblem `body_too_large`; the connection must be closed then, because the rest of the body is not read.
 *   `invalid_request` for a compressed body or another charset, or if the client disconnects
 */
export async function readBody(request: IncomingMessage, limit: number): Promise<Buffer> {
  const encoding = request.headers['content-encoding'] ?? 'identity';
  if (encoding.toLowerCase() !== 'identity')
    throw new HttpProblem('invalid_request', 'Send the body uncompressed.', { pointer: '' });
  const charset = CHARSET.exec(request.headers['content-type'] ?? '')?.[1];
  if (charset !== undefined && charset.toLowerCase() !== 'utf-8')
    throw new HttpProblem('invalid_request', 'Send the body in UTF-8.', { pointer: '' });
  const parts: Buffer[] = [];
  const bytes = await receive(request, (part, total) => {
    if (total <= limit) parts.push(part);
    else parts.length = 0;
    return total <= Math.max(limit, MAX_DISCARDED_BYTES);
  });
  if (bytes > limit) throw new HttpProblem('body_too_large', `The body is larger than ${sizeText(limit)}.`);
  return Buffer.concat(parts);
}

/** Gives each part and the bytes so far to `take`, until it returns false or the body ends. Returns the bytes so far. */
function receive(request: IncomingMessage, take: (part: Buffer, total: number) => boolean): Promise<number> {
  return new Promise((resolve, reject) => {
    let total = 0;
    const finish = (settle: () => void) => {
      request.off('data', onData).off('end', onEnd).off('error', onLost).off('close', onLost);
      settle();
    };
    const onData = (part: Buffer) => {
      total += part.length;
      if (take(part, total)) return;
      request.pause();
      finish(() => resolve(total));
    };
    const onEnd = () => finish(() => resolve(total));
    const onLost = () => {
      // The client has left. A late error of the stream must not end the process.
      request.on('error', () => undefined);
      finish(() => reject(new HttpProblem('invalid_request', 'The body did not arrive.', { pointer: '' })));
    };
    request.on('data', onData).on('end', onEnd).on('error', onLost).on('close', onLost);
  });
}

const sizeText = (bytes: number): string =>
  bytes >= MAX_BODY_BYTES ? `${bytes / MAX_BODY_BYTES} MiB` : `${bytes / 1024} KiB`;

/**
 * The value of a JSON body. An empty body is an empty object.
 *
 * @throws ContractError `invalid_json`. HttpProblem `invalid_request` for a text with a NUL, which PostgreSQL stores nowhere
 */
export function parseJsonBody(bytes: Buffer): unknown {
  if (bytes.length === 0) return {};
  const value = readStrictJson(bytes);
  const path = bytes.includes('\\u0000') ? pathOfNul(value) : null;
  if (path !== null)
    throw new HttpProblem('invalid_request', 'No text may have a NUL.', { pointer: jsonPointer(path) });
  return value;
}

/** Where the first text or name with a NUL is; null if none has one. */
export function pathOfNul(value: unknown): string[] | null {
  if (typeof value === 'string') return value.includes('\0') ? [] : null;
  for (const [name, member] of Object.entries(Object(value))) {
    const path = name.includes('\0') ? [] : pathOfNul(member);
    if (path !== null) return [name, ...path];
  }
  return null;
}

/** Keeps the bytes of a body for a receiver that verifies a signature over them before it parses them. */
export function keepRawBody(limit: number) {
  return async (incoming: Request, _response: Response, next: NextFunction): Promise<void> => {
    const request = incoming as BrokerRequest;
    const body = hasBody(request) ? await readBody(request, limit) : Buffer.alloc(0);
    if (!isUtf8(body)) throw new HttpProblem('invalid_request', 'The body is not UTF-8.', { pointer: '' });
    request.rawBody = body;
    next();
  };
}
