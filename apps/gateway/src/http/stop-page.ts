import type { IncomingMessage, ServerResponse } from 'node:http';
import { isStopOrLift } from '@countersign/authorization';
import { ContractError, parseSignature, type Signature } from '@countersign/contract';
import type { CustomerRules } from '../trust/customer-rules.js';
import type { CanonicalRequest } from './canonical-request.js';
import { answerProblem } from './refusals.js';

export type StopExchange = {
  canonical: CanonicalRequest;
  request: IncomingMessage;
  response: ServerResponse;
  expectsContinue: boolean;
};

/** A signed statement is about 2 kB. */
const MAX_BODY_BYTES = 16 * 1024;

/**
 * `POST /countersign/stop`: accepts a customer's stop or lift by its signature alone, even without a broker and out of
 * touch. Answers 204 once it is durable.
 */
export class StopPage {
  /** `bodyMs`: how long a body may take, so that no one without a token can hold a connection by sending slowly. */
  constructor(private readonly parts: { rules: Pick<CustomerRules, 'submit'>; bodyMs: number }) {}

  /** Whether the request is for this page. */
  isFor({ method, service, path }: CanonicalRequest): boolean {
    return method === 'POST' && service === 'countersign' && path === '/stop';
  }

  async answer({ canonical, request, response, expectsContinue }: StopExchange): Promise<void> {
    const refuse = (
      code: 'invalid_request' | 'not_countersigned' | 'request_timeout',
      members: { detail: string; reason?: string },
    ) => answerProblem(response, code, { ...members, close: !request.complete });
    const { framing } = canonical;
    if (framing.kind !== 'length' || framing.bytes > MAX_BODY_BYTES)
      return refuse('invalid_request', {
        detail: `a body with Content-Length is required, at most ${MAX_BODY_BYTES} bytes`,
      });
    if (expectsContinue) response.writeContinue();
    const body = await bodyOf(request, this.parts.bodyMs);
    if (body === 'late') return refuse('request_timeout', { detail: 'the body did not arrive in time' });
    if (body === 'broken off') return void response.destroy();
    const signature = readCountersignature(body);
    if (typeof signature === 'string') return refuse('invalid_request', { detail: signature });
    if (!isStopOrLift(signature))
      return refuse('invalid_request', { detail: 'the statement is neither a stop nor a lift' });
    const refusal = await this.parts.rules.submit(signature);
    if (refusal !== undefined) return refuse('not_countersigned', refusal);
    response.writeHead(204, ['Cache-Control', 'no-store']).end();
  }
}

/** The signature in a body `{countersignature}`, or what is wrong with the body. */
function readCountersignature(body: Buffer): Signature | string {
  try {
    const value = JSON.parse(body.toString('utf8')) as unknown;
    const members = typeof value === 'object' && value !== null ? value : {};
    if (Object.keys(members).join() !== 'countersignature') return 'the body must be {"countersignature": …}';
    return parseSignature((members as { countersignature: unknown }).countersignature);
  } catch (error) {
    if (error instanceof ContractError) return `countersignature${error.pointer ?? ''}: ${error.message}`;
    if (error instanceof SyntaxError) return 'the body is not JSON';
    throw error;
  }
}

/** The whole body, unless the client disconnects or takes longer than `milliseconds`. */
function bodyOf(request: IncomingMessage, milliseconds: number): Promise<Buffer | 'late' | 'broken off'> {
  return new Promise((resolve) => {
    const pieces: Buffer[] = [];
    const timer = setTimeout(() => resolve('late'), milliseconds);
    request.on('data', (piece: Buffer) => pieces.push(piece));
    request.once('end', () => resolve(Buffer.concat(pieces)));
    request.once('close', () => {
      clearTimeout(timer);
      resolve('broken off');
    });
  });
}
