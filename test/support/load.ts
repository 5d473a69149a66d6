import { Pool } from 'undici';

export type LoadOptions = {
  origin: string;
  connections: number;
  token: string;
  /** The path of the next call. */
  path: (index: number) => string;
};

/** Endless calls over a fixed number of connections, and their results. Broken calls are counted and repeated. */
export class Load {
  /** Records of calls that got a complete 200 answer. */
  readonly answered = new Set<string>();
  /** How often each other answer arrived, by status and code: `503 not_in_touch`. */
  readonly refused = new Map<string, number>();
  broken = 0;
  private readonly pool: Pool;
  private readonly workers: Promise<void>[];
  private index = 0;
  private stopped = false;

  constructor(private readonly options: LoadOptions) {
    const { origin, connections } = options;
    this.pool = new Pool(origin, { connections, pipelining: 1 });
    this.workers = Array.from({ length: connections }, () => this.work());
  }

  /** Lets the calls in progress end, and begins no others. */
  async stop(): Promise<void> {
    this.stopped = true;
    await Promise.all(this.workers);
    await this.pool.destroy();
  }

  private async work(): Promise<void> {
    while (!this.stopped) {
      try {
        await this.callOnce();
      } catch {
        this.broken += 1;
        // The server is down. Keep calling, so that there is load while it restarts.
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
    }
  }

  private async callOnce(): Promise<void> {
    this.index += 1;
    const { token, path } = this.options;
    const { statusCode, headers, body } = await this.pool.request({
      method: 'GET',
      path: path(this.index),
      headers: { authorization: `Bearer ${token}` },
    });
    const text = await body.text();
    if (statusCode === 200) {
      this.answered.add(String(headers['countersign-record']));
      return;
    }
    const code = `${statusCode} ${(JSON.parse(text) as { code?: string }).code}`;
    this.refused.set(code, (this.refused.get(code) ?? 0) + 1);
  }
}
