import { hash } from 'node:crypto';
import type { VerifiedToken } from '../authorize/call-authorizer.js';
import type { OpenCall, OpenCalls } from '../budget/open-calls.js';
import type { Clock } from '../clock.js';
import type { BodyReceiver, RequestBody } from '../http1/request-body.js';
import { type RefusedCall, refusalOfCut } from './call-refusals.js';
import { type Exchange, isArriving, openCallOf } from './exchange.js';
import { AmbiguousRequest } from './refusals.js';

/** Such a body is one approved change, not a bulk upload. */
const MAX_KEPT_BYTES = 1024 * 1024;

const NO_ROOM: RefusedCall = {
  code: 'rate_limited',
  detail: 'too many calls at once, or bodies that are arriving',
  match: null,
};

/** A body that was read whole before the decision. */
export type ReadBody = {
  bytes: Buffer;
  /** `sha256:` + hex. */
  sha256: string;
};

/** `body` is undefined if it was too large or did not arrive whole. `refused` is set if the call must not go on. */
export type ChangeBody = { body?: ReadBody | undefined; refused?: RefusedCall };

type ChangeBodyParts = { calls: OpenCalls; clock: Clock; maxBodyBytes: number };

/**
 * Reads the body of a call whose terms approve one exact change: the decision needs its hash. While the body arrives,
 * the call has a place among the open calls and is cut like any other. Throws AmbiguousRequest for chunks that could be
 * read in more than one way.
 */
export async function readChangeBody(
  { calls, clock, maxBodyBytes }: ChangeBodyParts,
  exchange: Exchange,
  token: VerifiedToken,
): Promise<ChangeBody> {
  const { canonical, response } = exchange;
  const { digest, grant_exp } = token.claims;
  const bodyIsArriving = isArriving(exchange);
  if (!calls.hasRoom(digest, canonical.service, bodyIsArriving)) return { refused: NO_ROOM };
  const beganAt = clock.monotonic();
  const call = openCallOf(exchange, token, { endsAt: grant_exp * 1_000, beganAt, bodyIsArriving });
  calls.add(call);
  response.observe({
    onClientGone: () => call.cut('client_gone'),
    onClientDrain: () => undefined,
    onSent: () => undefined,
  });
  try {
    if (canonical.expectsContinue) response.writeContinue();
    const now = () => clock.monotonic();
    const bytes = await readBody(exchange.body, { maxBytes: maxBodyBytes, call, now });
    const body =
      bytes === undefined ? undefined : { bytes, sha256: `sha256:${hash('sha256', bytes, 'hex')}` };
    const refused = refusalOfCut(call.cutBy);
    return refused === undefined ? { body } : { body, refused };
  } finally {
    response.observe(undefined);
    calls.remove(call);
  }
}

type ReadOptions = {
  /** Bytes to read, though fewer are kept: a client whose body is too large still gets an answer. */
  maxBytes: number;
  call: OpenCall;
  /** The monotonic clock, in milliseconds. */
  now(): number;
};

/** The whole body; undefined if it is larger than 1 MiB, does not arrive whole, or the call is cut. */
function readBody(body: RequestBody, { maxBytes, call, now }: ReadOptions): Promise<Buffer | undefined> {
  return new Promise((resolve, reject) => {
    const content = new KeptBytes();
    let bytes = 0;
    const stop = () => {
      body.close();
      resolve(undefined);
    };
    const receiver: BodyReceiver = {
      onBodyPiece: (piece) => {
        call.waitForClient(now());
        bytes += piece.length;
        if (bytes > maxBytes) stop();
        else if (bytes <= MAX_KEPT_BYTES) content.add(piece);
        else content.drop();
      },
      onBodyEnd: () => {
        call.clientDone();
        resolve(bytes <= MAX_KEPT_BYTES ? content.all : undefined);
      },
      onBodyFailure: (error) => reject(new AmbiguousRequest(error.message)),
    };
    call.onCut(stop);
    if (call.cutBy !== undefined) return;
    call.waitForClient(now());
    body.read(receiver);
  });
}

/** Bytes that arrive in pieces, in at most twice their memory: a piece would keep all the memory of the read that it came with. */
class KeptBytes {
  private memory: Buffer = Buffer.alloc(0);
  private length = 0;

  get all(): Buffer {
    return this.memory.subarray(0, this.length);
  }

  add(piece: Buffer): void {
    const length = this.length + piece.length;
    if (length > this.memory.length) {
      const larger = Buffer.allocUnsafeSlow(Math.max(length, 2 * this.length));
      this.memory.copy(larger, 0, 0, this.length);
      this.memory = larger;
    }
    piece.copy(this.memory, this.length);
    this.length = length;
  }

  drop(): void {
    this.memory = Buffer.alloc(0);
    this.length = 0;
  }
}
