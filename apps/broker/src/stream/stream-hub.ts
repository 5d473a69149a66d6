import { canSee, hasPermission, logVisibility, type Notice, type Person } from '@countersign/access';
import { STREAM_ALIVE } from '@countersign/contract';
import { PeriodicLoop } from '@countersign/runtime';
import { Inject, Injectable, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { type BrokerDeps, type BrokerSettings, DEPS, SETTINGS } from '../core.module.js';
import { identify } from '../http/identify.guard.js';
import { HttpProblem } from '../http/problem.js';
import type { Credentials } from '../http/request.js';
import type { SseConnection } from '../http/sse-connection.js';
import { isAddressed, mayRead } from '../notices/audience.js';

const CHECK_MS = 1_000;
const MOST_PER_PERSON = 20;
/** An event and not a comment: pages cannot see comments, and so could not tell a silent broker from a quiet day. */
const ALIVE = `event: ${STREAM_ALIVE}\ndata: 1\n\n`;

interface Subscriber {
  person: Person;
  credentials: Credentials;
  connection: SseConnection;
}

/**
 * All open streams of `GET /api/v1/stream`. Each second it authenticates every caller again: an ended key or session ends
 * its stream, and an open stream does not keep a session from expiring.
 */
@Injectable()
export class StreamHub implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly subscribers = new Set<Subscriber>();
  private readonly checks: PeriodicLoop;

  constructor(
    @Inject(DEPS) private readonly deps: BrokerDeps,
    @Inject(SETTINGS) private readonly settings: BrokerSettings,
  ) {
    this.checks = new PeriodicLoop(
      'stream checks',
      CHECK_MS,
      () => this.checkAll(),
      // Streams whose callers cannot be authenticated again must not continue.
      () => this.endAll(),
    );
  }

  get size(): number {
    return this.subscribers.size;
  }

  onApplicationBootstrap(): void {
    this.checks.start();
  }

  async onModuleDestroy(): Promise<void> {
    await this.checks.stop();
    this.endAll();
  }

  /** @throws HttpProblem `rate_limited` if the person has too many open streams */
  requireRoom(person: Person): void {
    const open = [...this.subscribers].filter((each) => each.person.id === person.id).length;
    if (open >= MOST_PER_PERSON)
      throw new HttpProblem('rate_limited', `You have ${open} open streams. Close one first.`);
  }

  /** Returns a function that removes the subscriber. */
  subscribe(subscriber: Subscriber): () => void {
    this.subscribers.add(subscriber);
    subscriber.connection.send('retry: 1000\n: open\n\n');
    return () => this.subscribers.delete(subscriber);
  }

  /**
   * Sends a notice to the streams of the people whom it addresses or who may read its subject. Best effort: a page that
   * reconnects reads the current state.
   */
  send(notice: Notice): void {
    const { id, kind, subject, tenant, at } = notice;
    const text = `id: ${id}\nevent: ${kind}\ndata: ${JSON.stringify({ id, kind, subject, tenant, at })}\n\n`;
    for (const { person, connection } of this.subscribers)
      if (isAddressed(person, notice) || mayRead(person, notice)) connection.send(text);
  }

  /** Notifies the people who may read the log that calls under a grant were recorded. It is no notice and is not repeated. */
  sendRecorded(of: { tenant: string; grant: string; requester: string }): void {
    const data = JSON.stringify({ tenant: of.tenant, grant: of.grant });
    for (const { person, connection } of this.subscribers)
      if (hasPermission(person, 'log.read') && canSee(logVisibility(person), of))
        connection.send(`event: access.recorded\ndata: ${data}\n\n`);
  }

  private async checkAll(): Promise<void> {
    await Promise.all(
      [...this.subscribers].map(async (subscriber) => {
        const caller = await identify(this.deps, subscriber.credentials, this.settings.session, false);
        if (caller.kind === 'person') {
          subscriber.person = caller.principal.person;
          subscriber.connection.send(ALIVE);
          return;
        }
        this.subscribers.delete(subscriber);
        subscriber.connection.end();
      }),
    );
  }

  private endAll(): void {
    for (const { connection } of this.subscribers) connection.end();
    this.subscribers.clear();
  }
}
