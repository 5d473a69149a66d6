import { randomBytes } from 'node:crypto';
import { Pool } from 'undici';

type Call = { path: string; body: Buffer };

/** A well-formed body of about 1 MiB that would be expensive to parse. */
const LARGE = Buffer.from(
  JSON.stringify({ items: Array.from({ length: 65_000 }, (_, index) => ({ a: index })) }),
);

const secret = () => randomBytes(32).toString('base64url');

/** Clients without credentials that call a broker as fast as it answers, each on a connection of its own. */
export class AnonymousFlood {
  /** How often each status arrived. */
  readonly statuses = new Map<number, number>();
  private readonly pool: Pool;
  private readonly workers: Promise<void>[];
  private stopped = false;

  /** Half of the clients guess codes of command lines; the other half send large bodies. */
  constructor(brokerUrl: string, clients: number) {
    this.pool = new Pool(brokerUrl, { connections: clients, pipelining: 1 });
    this.workers = Array.from({ length: clients }, (_, index) =>
      this.work(index % 2 === 0 ? guessCode : () => ({ path: '/api/v1/requests', body: LARGE })),
    );
  }

  async stop(): Promise<void> {
    this.stopped = true;
    await this.pool.destroy();
    await Promise.all(this.workers);
  }

  private async work(next: () => Call): Promise<void> {
    while (!this.stopped) {
      const { path, body } = next();
      try {
        const answer = await this.pool.request({
          ...{ method: 'POST', path, body },
          headers: { 'content-type': 'application/json' },
        });
        await answer.body.dump();
        this.statuses.set(answer.statusCode, (this.statuses.get(answer.statusCode) ?? 0) + 1);
      } catch {
        // The broker closed the connection before the whole body was sent. The pool opens another one.
        this.statuses.set(0, (this.statuses.get(0) ?? 0) + 1);
      }
    }
  }
}

const guessCode = (): Call => ({
  path: '/auth/cli/token',
  body: Buffer.from(JSON.stringify({ code: secret(), verifier: secret() })),
});
