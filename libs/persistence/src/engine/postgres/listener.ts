import { Client, type ClientBase } from 'pg';
import { CONNECTION } from './data-source.js';

export const CHANNEL = 'countersign';
const RECONNECT_MS = 1_000;

/**
 * Receives what other processes announce, on a connection of its own. It is only a wake-up: while the connection
 * is broken, or if the database is behind a pooler, which carries no notifications, its listeners still poll.
 */
export class Listener {
  #client: Client | undefined;
  #timer: NodeJS.Timeout | undefined;
  #closed = false;
  #connecting: Promise<void> = Promise.resolve();

  /** @param self the text by which our own announcements are known, and passed over */
  constructor(
    private readonly url: string,
    private readonly self: string,
    private readonly onWord: () => void,
  ) {}

  start(): void {
    this.#connecting = this.connect(() => {});
  }

  async stop(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#timer);
    await this.#connecting;
    const client = this.#client;
    this.#client = undefined;
    await client?.end().catch(() => undefined);
  }

  private async connect(onceHeard: () => void): Promise<void> {
    const client = new Client({ connectionString: this.url, ...CONNECTION });
    // Both may come for one broken connection; the second finds another client, or none.
    client.on('error', () => this.again(client));
    client.on('end', () => this.again(client));
    client.on('notification', ({ payload }) => {
      if (payload !== this.self) this.onWord();
    });
    this.#client = client;
    try {
      await client.connect();
      if (await isPooled(client)) {
        // Some connection of the pooler would listen for ever, for no one.
        this.#client = undefined;
        return await client.end();
      }
      await client.query(`LISTEN ${CHANNEL}`);
      onceHeard();
    } catch {
      this.again(client);
    }
  }

  private again(broken: Client): void {
    if (this.#closed || this.#client !== broken) return;
    this.#client = undefined;
    broken.end().catch(() => undefined);
    this.#timer = setTimeout(() => {
      // Wake up once: announcements may have been missed meanwhile.
      this.#connecting = this.connect(this.onWord);
    }, RECONNECT_MS);
    this.#timer.unref();
  }
}

/** Whether a pooler answers in place of the server: it gives its clients process ids of its own. */
export async function isPooled(client: ClientBase): Promise<boolean> {
  const { processID } = client as unknown as { processID: number | null };
  const { rows } = await client.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
  return rows[0]?.pid !== processID;
}
