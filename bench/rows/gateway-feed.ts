import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { decodeGatewayCredential, gatewayAuthorization } from '@countersign/gateway-protocol';
import { organisation } from '../../test/factories/organisation.js';
import { eventually } from '../../test/support/eventually.js';
import { Site } from '../../test/support/site.js';
import { makeGrant, revokeGrant } from '../../test/support/story.js';
import type { Closing } from '../support/closing.js';
import { cpuMicrosecondsOf } from '../support/cpu.js';
import { kilobytes, residentBytes } from '../support/memory.js';
import { inParallel } from '../support/parallel.js';
import { seconds } from '../support/rate.js';
import { type Family, median, rounded, type Sheet } from '../support/table.js';

const SIZES = [10, 1_000, 3_000];
const FULL_SIZES = [10, 1_000, 10_000];
/** A broker keeps so many feeds of one gateway open; each is read, signed and sent for itself. */
const FEEDS_OF_ONE = 4;
const AT_ONCE = 200;
const IDLE_MS = 4_000;
const STOPS = 5;

/** What the feeds of many gateways cost their broker. The gateways are simulated: they read their feed and do nothing with it. */
export const gatewayFeed: Family = {
  name: 'gateway-feed',
  async run(closing: Closing, { full }): Promise<Sheet> {
    const site = await Site.start({ organisation: organisation() });
    closing.add(() => site.close());
    const crowd = new Crowd(site);
    closing.add(async () => crowd.close());
    const before = residentBytes(site.broker.pid);
    const lines: string[][] = [];
    for (const size of full ? FULL_SIZES : SIZES) {
      process.stderr.write(`bench: ${size} feeds …\n`);
      const took = await seconds(() => crowd.grow(size));
      process.stderr.write(`bench: opened in ${took.toFixed(1)} s\n`);
      const memory = (residentBytes(site.broker.pid) - before) / size;
      const idle = await idleLoad(site);
      const reached: number[] = [];
      for (let stop = 0; stop < STOPS; stop += 1) reached.push(await crowd.stopOne());
      lines.push([
        rounded(size),
        `${(idle * 100).toFixed(1)} %`,
        `${rounded(median(reached))} ms`,
        size >= 1_000 ? kilobytes(memory) : '–',
      ]);
    }
    return {
      title: 'One broker on SQLite with many feeds of simulated gateways',
      columns: [
        ...['feeds', 'share of a core without changes', 'from a stop to the last feed', 'memory of a feed'],
      ],
      lines,
    };
  },
};

/** The share of a core that the broker uses while nothing changes. */
async function idleLoad(site: Site): Promise<number> {
  await pause(1_000);
  const [cpu, began] = [cpuMicrosecondsOf(site.broker.pid), performance.now()];
  await pause(IDLE_MS);
  return (cpuMicrosecondsOf(site.broker.pid) - cpu) / ((performance.now() - began) * 1_000);
}

class Crowd {
  private readonly feeds: Feed[] = [];
  private readonly credentials: string[] = [];

  constructor(private readonly site: Site) {}

  async grow(size: number): Promise<void> {
    await this.enrol(Math.ceil(size / FEEDS_OF_ONE));
    while (this.feeds.length < size) {
      const begin = this.feeds.length;
      const amount = Math.min(AT_ONCE, size - begin);
      const opening = Array.from({ length: amount }, (_, each) =>
        Feed.open(this.site.brokerUrl, this.credentials[Math.floor((begin + each) / FEEDS_OF_ONE)] ?? ''),
      );
      this.feeds.push(...(await Promise.all(opening)));
    }
  }

  /** Side by side: enrolments that wait for each other's commit would take longer than all feeds. */
  private async enrol(amount: number): Promise<void> {
    const { store, brokerUrl } = this.site;
    const missing = Array.from({ length: amount - this.credentials.length }, (_, each) => each);
    const begin = this.credentials.length;
    await inParallel(missing, AT_ONCE, async (each) => {
      this.credentials.push(await store.credential(`simulated ${begin + each}`, brokerUrl));
    });
  }

  /** Stops a grant. @returns milliseconds from the request until the last feed has brought the end */
  async stopOne(): Promise<number> {
    const grant = await makeGrant(this.site);
    await pause(500);
    for (const feed of this.feeds) feed.awaits = true;
    const startedAt = performance.now();
    await revokeGrant(this.site, grant);
    await eventually('every feed has the end', () => this.feeds.every(({ awaits }) => !awaits), 60_000, 5);
    return Math.max(...this.feeds.map(({ got }) => got)) - startedAt;
  }

  close(): void {
    for (const feed of this.feeds) feed.close();
  }
}

/** One open feed, read as bytes: the signatures are not verified. */
class Feed {
  /** Whether the end of a grant is expected, and has not come. */
  awaits = false;
  got = 0;
  private rest = '';

  private constructor(private readonly socket: Socket) {
    socket.on('error', () => undefined);
    socket.on('data', (piece: Buffer) => {
      if (!this.awaits) return;
      this.rest = (this.rest + piece.toString('latin1')).slice(-20_000);
      if (!this.rest.includes('endedGrants')) return;
      this.awaits = false;
      this.rest = '';
      this.got = performance.now();
    });
  }

  static async open(broker: string, credential: string): Promise<Feed> {
    const { host, hostname, port } = new URL(broker);
    const socket = connect(Number(port), hostname);
    const nonce = randomBytes(32).toString('base64url');
    const authorization = gatewayAuthorization(decodeGatewayCredential(credential));
    socket.write(
      `GET /gateway/v1/feed?nonce=${nonce} HTTP/1.1\r\nHost: ${host}\r\nAuthorization: ${authorization}\r\nAccept: text/event-stream\r\n\r\n`,
    );
    const [answer] = (await once(socket, 'data')) as [Buffer];
    if (answer.toString('latin1', 9, 12) !== '200')
      throw new Error(`a feed: ${answer.toString('latin1', 0, 300)}`);
    return new Feed(socket);
  }

  close(): void {
    this.socket.destroy();
  }
}
