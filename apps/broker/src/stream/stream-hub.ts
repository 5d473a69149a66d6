import { canSee, hasPermission, logVisibility, type Notice, type Person } from '@countersign/access';
import { PeriodicLoop } from '@countersign/runtime';
import { Inject, Injectable, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { identify } from '../http/identify.guard.js';
import { HttpProblem } from '../http/problem.js';
import type { Credentials } from '../http/request.js';
import type { SseConnection } from '../http/sse-connection.js';
import { type BrokerDeps, type BrokerSettings, DEPS, SETTINGS } from '../injection.js';
import { isAddressed, mayRead } from '../notices/audience.js';

const CHECK_MS = 1_000;
const MOST_PER_PERSON = 20;

interface Subscriber {
  person: Person;
  credentials: Credentials;
  connection: SseConnection;
}

/** Everybody who follows `GET /api/v1/stream`. Each second it is asked anew who they are: a dead key or
 * session ends its stream, and an open stream keeps none alive. */
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
      // Who cannot be identified any more is not told anything either.
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

  /** @throws HttpProblem `rate_limited` where the person has too many streams open */
  requireRoom(person: Person): void {
    const open = [...this.subscribers].filter((each) => each.person.id === person.id).length;
    if (open >= MOST_PER_PERSON)
      throw new HttpProblem('rate_limited', `You have ${open} streams open; close one first.`);
  }

  /** @returns takes the subscriber out again */
  subscribe(subscriber: Subscriber): () => void {
    this.subscribers.add(subscriber);
    subscriber.connection.send('retry: 1000\n: open\n\n');
    return () => this.subscribers.delete(subscriber);
  }

  /**
   * Tells it to whoever it is for, or may read what it is about, and follows here. Best effort: a page that comes
   * back reads what stands.
   */
  send(notice: Notice): void {
    const { id, kind, subject, tenant, at } = notice;
    const text = `id: ${id}\nevent: ${kind}\ndata: ${JSON.stringify({ id, kind, subject, tenant, at })}\n\n`;
    for (const { person, connection } of this.subscribers)
      if (isAddressed(person, notice) || mayRead(person, notice)) connection.send(text);
  }

  /** Calls under a grant were recorded: whoever may read that log looks again. No notice, and not repeated. */
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
          subscriber.connection.send(': still here\n\n');
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
