import type { Framing } from '../../apps/gateway/src/http1/framing.js';
import { UntrustedOrigins } from '../../apps/gateway/src/http1/untrusted-origins.js';
import type {
  UpstreamConnection,
  UpstreamFailure,
  UpstreamObserver,
} from '../../apps/gateway/src/http1/upstream-connection.js';
import type { UpstreamPool } from '../../apps/gateway/src/http1/upstream-pool.js';

export const TIMEOUTS = { connectMs: 5_000, firstByteMs: 5_000, idleMs: 5_000 };

/** What a pool needs, with its own list of untrusted origins. */
export const poolParts = (timeouts = TIMEOUTS) => ({
  timeouts,
  untrusted: new UntrustedOrigins(() => undefined),
  onFault: () => undefined,
});

export const OK = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok';
/** The upstream promises to keep the connection for longer than a test lasts. */
export const KEPT = OK.replace('\r\n', '\r\nKeep-Alive: timeout=600\r\n');

/** What happened to one request, and the connection that carries it. */
export class SentCall implements UpstreamObserver {
  status: number | undefined;
  body = '';
  isEnded = false;
  failure: UpstreamFailure | undefined;
  turns = 0;
  readyTimes = 0;
  connection: UpstreamConnection;

  constructor(method: string, framing: Framing, into: UpstreamPool, owner = 'one') {
    this.connection = into.send({ method, target: '/x', fields: [], framing }, this, owner);
  }

  onUpstreamReady(): void {
    this.readyTimes += 1;
  }
  onResponseHead({ status }: { status: number }): void {
    this.status = status;
  }
  readonly pieces: Buffer[] = [];
  onResponseData(piece: Buffer): void {
    this.pieces.push(piece);
    this.body += piece.toString('latin1');
  }
  onTurnEnd(): void {
    this.turns += 1;
  }
  onResponseEnd(): void {
    this.isEnded = true;
  }
  onUpstreamFailure(failure: UpstreamFailure): void {
    expect([this.isEnded, this.failure]).toEqual([false, undefined]);
    this.failure = failure;
  }
}
