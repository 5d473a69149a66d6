import { isStopOrLift } from '@countersign/authorization';
import { ContractError, parseSignature, readStrictJson, type Signature } from '@countersign/contract';
import type { RequestBody } from '../http1/request-body.js';
import type { ServerResponse } from '../http1/server-response.js';
import type { CustomerRules } from '../trust/customer-rules.js';
import type { CanonicalRequest } from './canonical-request.js';
import type { Exchange } from './exchange.js';
import { answerProblem } from './refusals.js';

/** A signed statement is about 2 kB. */
const MAX_BODY_BYTES = 16 * 1024;

/**
 * `POST /countersign/stop`: accepts a customer's stop or lift by its signature alone, even without a broker and out of
 * touch. Answers 204 once it is durable.
 */
export class StopEndpoint {
  /** `bodyMs`: how long a body may take, so that no one without a token can hold a connection by sending slowly. */
  constructor(private readonly parts: { rules: Pick<CustomerRules, 'submit'>; bodyMs: number }) {}

  /** Whether the request is for this endpoint. */
  isFor({ method, service, path }: CanonicalRequest): boolean {
    return method === 'POST' && service === 'countersign' && path === '/stop';
  }

  async answer({ canonical, body, response }: Exchange): Promise<void> {
    const refuse = (
      code: 'invalid_request' | 'not_countersigned' | 'request_timeout',
      members: { detail: string; reason?: string },
    ) => answerProblem(response, code, { ...members, close: !body.isDone });
    const { framing } = canonical;
    if (framing.kind !== 'length' || framing.bytes > MAX_BODY_BYTES)
      return refuse('invalid_request', {
        detail: `a body with Content-Length is required, at most ${MAX_BODY_BYTES} bytes`,
      });
    if (canonical.expectsContinue) response.writeContinue();
    const sent = await bodyOf(body, response, this.parts.bodyMs);
    if (sent === 'late') return refuse('request_timeout', { detail: 'the body did not arrive in time' });
    if (sent === 'disconnected') return;
    const read = readCountersignature(sent);
    if (!read.ok) return refuse('invalid_request', { detail: read.problem });
    const { signature } = read;
    if (!isStopOrLift(signature))
      return refuse('invalid_request', { detail: 'the statement is neither a stop nor a lift' });
    const refusal = await this.parts.rules.submit(signature);
    if (refusal !== undefined) return refuse('not_countersigned', refusal);
    response.send(204, ['Cache-Control', 'no-store'], '');
  }
}

/** The signature in a body, or what is wrong with the body. */
type ReadSignature = { ok: true; signature: Signature } | { ok: false; problem: string };

/** Reads a body `{countersignature}`. */
function readCountersignature(body: Buffer): ReadSignature {
  const wrong = (problem: string): ReadSignature => ({ ok: false, problem });
  try {
    const value = readStrictJson(body);
    const members = typeof value === 'object' && value !== null ? value : {};
    if (Object.keys(members).join() !== 'countersignature')
      return wrong('the body must be {"countersignature": …}');
    const { countersignature } = members as { countersignature: unknown };
    return { ok: true, signature: parseSignature(countersignature) };
  } catch (error) {
    if (!(error instanceof ContractError)) throw error;
    return wrong(
      error.code === 'invalid_json'
        ? error.message
        : `countersignature${error.pointer ?? ''}: ${error.message}`,
    );
  }
}

/** The whole body, unless the client disconnects or takes longer than `milliseconds`. */
function bodyOf(
  body: RequestBody,
  response: ServerResponse,
  milliseconds: number,
): Promise<Buffer | 'late' | 'disconnected'> {
  return new Promise((resolve) => {
    const pieces: Buffer[] = [];
    const settle = (result: Buffer | 'late' | 'disconnected') => {
      clearTimeout(timer);
      response.observe(undefined);
      resolve(result);
    };
    const timer = setTimeout(() => settle('late'), milliseconds);
    response.observe({
      onClientGone: () => settle('disconnected'),
      onClientDrain: () => undefined,
      onSent: () => undefined,
    });
    body.read({
      onBodyPiece: (piece) => pieces.push(piece),
      onBodyEnd: () => settle(Buffer.concat(pieces)),
      // Only a chunked body can fail, and that has been refused before.
      onBodyFailure: () => settle('disconnected'),
    });
  });
}
