import { sleep } from '@countersign/runtime';

/** Attempts of a call that the rate limit holds up. */
const MOST_ATTEMPTS = 5;
const LONGEST_WAIT_MS = 60_000;
const CALL_MS = 15_000;

export interface ProbeAnswer {
  status: number;
  /** The answer's text. */
  body: string;
}

/** Calls a public address as any client does: with a bearer credential, or with none. */
export class ProbeClient {
  #paths: Promise<string[]> | undefined;

  constructor(private readonly url: string) {}

  async read(credentials: string | null, path: string): Promise<ProbeAnswer> {
    return this.call(credentials, 'GET', path);
  }

  /** Whether a broker answers there. */
  isReady(): Promise<boolean> {
    return this.read(null, '/readyz').then(
      ({ status }) => status === 200,
      () => false,
    );
  }

  /** Ids of the keys that the broker there publishes (RFC 7517). None for what is no broker. */
  async keyIds(): Promise<unknown[]> {
    const { status, body } = await this.read(null, '/.well-known/jwks.json');
    try {
      return status === 200
        ? (JSON.parse(body) as { keys: { kid: unknown }[] }).keys.map(({ kid }) => kid)
        : [];
    } catch {
      return [];
    }
  }

  /** The items of a list. @throws Error if it cannot be read */
  async list(credentials: string, path: string): Promise<Record<string, unknown>[]> {
    const { status, body } = await this.read(credentials, path);
    if (status !== 200) throw new Error(`${path} answered ${status}.`);
    return (JSON.parse(body) as { items: Record<string, unknown>[] }).items;
  }

  /** @returns the id of the new object. @throws Error if it was not made */
  async create(credentials: string, path: string, body: object): Promise<string> {
    const answer = await this.call(credentials, 'POST', path, body);
    if (answer.status !== 201) throw new Error(`POST ${path} answered ${answer.status}.`);
    return String((JSON.parse(answer.body) as { id: unknown }).id);
  }

  remove(credentials: string, path: string): Promise<ProbeAnswer> {
    return this.call(credentials, 'DELETE', path);
  }

  /**
   * What a stream sends until it fits, or the time is over.
   *
   * @param fits called with all that was heard, after each part
   * @throws Error if it is not opened
   */
  async listen(
    credentials: string,
    path: string,
    limitMs: number,
    fits: (streamText: string) => boolean | Promise<boolean>,
  ): Promise<string> {
    const abort = new AbortController();
    const timer = setTimeout(() => abort.abort(), limitMs);
    let streamText = '';
    try {
      const answer = await fetch(`${this.url}${path}`, {
        redirect: 'manual',
        headers: { authorization: `Bearer ${credentials}`, accept: 'text/event-stream' },
        signal: abort.signal,
      });
      if (!answer.ok || answer.body === null)
        throw new Error(`${path.split('?')[0]} answered ${answer.status}.`);
      const decoder = new TextDecoder();
      for await (const part of answer.body) {
        streamText += decoder.decode(part as Uint8Array, { stream: true });
        if (await fits(streamText)) break;
      }
    } catch (error) {
      if (!abort.signal.aborted) throw error;
    } finally {
      clearTimeout(timer);
      abort.abort();
    }
    return streamText;
  }

  /** Paths of the OpenAPI document that are read, but for streams, which are listened to. */
  readingPaths(): Promise<string[]> {
    this.#paths ??= this.read(null, '/api/openapi.json').then(({ body }) => {
      const { paths } = JSON.parse(body) as { paths: Record<string, Record<string, unknown>> };
      return Object.entries(paths)
        .filter(
          ([path, methods]) => 'get' in methods && path !== '/api/v1/stream' && path !== '/gateway/v1/feed',
        )
        .map(([path]) => path);
    });
    return this.#paths;
  }

  private async call(
    credentials: string | null,
    method: string,
    path: string,
    body?: object,
  ): Promise<ProbeAnswer> {
    for (let attempt = 1; ; attempt += 1) {
      const answer = await fetch(`${this.url}${path}`, {
        method,
        redirect: 'manual',
        signal: AbortSignal.timeout(CALL_MS),
        headers: {
          ...(credentials === null ? {} : { authorization: `Bearer ${credentials}` }),
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      const text = await answer.text();
      if (answer.status !== 429 || attempt === MOST_ATTEMPTS) return { status: answer.status, body: text };
      await sleep(Math.min(LONGEST_WAIT_MS, Number(answer.headers.get('retry-after') ?? 1) * 1_000));
    }
  }
}
