import { Pool } from 'undici';

/** JSON calls of one server over a fixed number of connections. */
export class JsonPool {
  private readonly pool: Pool;

  constructor(origin: string, connections: number) {
    this.pool = new Pool(origin, { connections, pipelining: 1 });
  }

  /** @throws Error with the answer where the status is another */
  async call<T>(
    key: string,
    method: 'GET' | 'POST',
    path: string,
    expected: number,
    body?: unknown,
  ): Promise<T> {
    const { statusCode, body: answer } = await this.pool.request({
      method,
      path,
      headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await answer.text();
    if (statusCode !== expected) throw new Error(`${method} ${path}: ${statusCode} ${text}`);
    return JSON.parse(text) as T;
  }

  close(): Promise<void> {
    return this.pool.close();
  }
}
