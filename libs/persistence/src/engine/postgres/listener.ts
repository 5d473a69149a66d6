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
    private readonly onAnnouncement: () => void,
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

  private async connect(onListening: () => void): Promise<void> {
    const client = new Client({ connectionString: this.url, ...CONNECTION });
    // A broken connection may emit both events. `reconnect` ignores the second, because `#client` is another one by then.
    client.on('error', () => this.reconnect(client));
    client.on('end', () => this.reconnect(client));
    client.on('notification', ({ payload }) => {
      if (payload !== this.self) this.onAnnouncement();
    });
    this.#client = client;
    try {
      await client.connect();
      if (await isPooled(client)) {
        // One of the pooler's own connections would listen, and no client would get its notifications.
        this.#client = undefined;
        return await client.end();
      }
      await client.query(`LISTEN ${CHANNEL}`);
      onListening();
    } catch {
      this.reconnect(client);
    }
  }

  private reconnect(broken: Client): void {
    if (this.#closed || this.#client !== broken) return;
    this.#client = undefined;
    broken.end().catch(() => undefined);
    this.#timer = setTimeout(() => {
      // Wake up once: announcements may have been missed meanwhile.
      this.#connecting = this.connect(this.onAnnouncement);
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
