import { setTimeout as sleep } from 'node:timers/promises';
import { Pool } from 'undici';

export type LoadOptions = {
  origin: string;
  connections: number;
  /** Of every call, or of the call with this index. */
  token: string | ((index: number) => string);
  /** The path of the next call. */
  path: (index: number) => string;
  /** The certificate of the server that it trusts. */
  ca?: string;
  /** Milliseconds between the beginnings of two calls of a connection. Default: the next call follows at once. */
  everyMs?: number;
};

/** Endless calls over a fixed number of connections, and their results. Broken calls are counted and repeated. */
export class Load {
  /** Records of calls that got a complete 200 answer. */
  readonly answered = new Set<string>();
  /** How often each other answer arrived, by status and code: `503 not_in_touch`; or by its type, if it is no refusal of ours. */
  readonly refused = new Map<string, number>();
  broken = 0;
  private readonly pool: Pool;
  private readonly workers: Promise<void>[];
  private index = 0;
  private stopped = false;

  constructor(private readonly options: LoadOptions) {
    const { origin, connections, ca } = options;
    this.pool = new Pool(origin, {
      connections,
      pipelining: 1,
      ...(ca !== undefined && { connect: { ca } }),
    });
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
      const next = performance.now() + (this.options.everyMs ?? 0);
      try {
        await this.callOnce();
      } catch {
        this.broken += 1;
        // The server is down. Keep calling, so that there is load while it restarts.
        await sleep(20);
      }
      const early = next - performance.now();
      if (early > 0) await sleep(early);
    }
  }

  private async callOnce(): Promise<void> {
    this.index += 1;
    const { index } = this;
    const { token, path } = this.options;
    const { statusCode, headers, body } = await this.pool.request({
      method: 'GET',
      path: path(index),
      headers: { authorization: `Bearer ${typeof token === 'string' ? token : token(index)}` },
    });
    const text = await body.text();
    if (statusCode === 200) {
      this.answered.add(String(headers['countersign-record']));
      return;
    }
    const type = String(headers['content-type']);
    const code = `${statusCode} ${type.startsWith('application/problem+json') ? codeIn(text) : type}`;
    this.refused.set(code, (this.refused.get(code) ?? 0) + 1);
  }
}

const codeIn = (text: string): string => String((JSON.parse(text) as { code?: string }).code);
