import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  type Clock,
  createApiKey,
  type Deps,
  enrolGateway,
  ensureBrokerKeys,
  type GatewayBinding,
  type Organisation,
  type Signers,
  startSessionIn,
} from '@countersign/access';
import type { BrokerEnvironment } from '@countersign/config';
import type { Assurance } from '@countersign/contract';
import { encodeGatewayCredential, type GatewayCredential } from '@countersign/gateway-protocol';
import { type OpenedStore, systemSigners } from '@countersign/persistence';
import { type BrokerOverrides, type RunningBroker, startBroker } from '../../apps/broker/src/main.js';
import type { OutboundRules } from '../../apps/broker/src/outbound/outbound-rules.js';
import { organisation, PEOPLE, type PersonName } from '../factories/organisation.js';
import { MASTER_KEY } from '../support/migrated-database.js';
import { brokerOrigins } from '../support/openapi/broker-origins.js';
import { isFullRun } from '../support/samples.js';
import { type Engine, filledDatabase, openHost } from './filled-database.js';

export const SESSION_COOKIE = '__Host-countersign-session';

/** The wall clock, moved by as much as a test says. */
export class TestClock implements Clock {
  private offsetMs = 0;

  now(): Date {
    return new Date(Date.now() + this.offsetMs);
  }

  advance(seconds: number): void {
    this.offsetMs += seconds * 1000;
  }

  /**
   * A clock whose day (UTC) does not end during a test: within ten minutes of midnight it is ahead, in the next day. At midnight a
   * broker writes to every log, so this is for tests that compare whole logs. A gateway in the test would not accept this clock.
   */
  static awayFromMidnight(): TestClock {
    const clock = new TestClock();
    const left = DAY_MS - (clock.now().getTime() % DAY_MS);
    if (left < 600_000) clock.advance((left + 1_000) / 1_000);
    return clock;
  }
}

const DAY_MS = 86_400_000;

export interface Answer {
  status: number;
  headers: Headers;
  /** Parsed JSON, or the text if it is not JSON. */
  body: unknown;
  text: string;
}

export interface CallOptions {
  body?: unknown;
  /** Sent as it is, instead of `body`. */
  raw?: string | Buffer;
  headers?: Record<string, string>;
}

export const ENGINES: readonly Engine[] = ['SQLite', 'PostgreSQL'];

/**
 * The engines of a test over HTTP that is not about the store. The contract tests show that both engines keep the same promises,
 * so `npm test` runs such a test on one of them, and the soak on both.
 */
export const enginesOf = (quick: Engine): readonly Engine[] => (isFullRun() ? ENGINES : [quick]);

/** A broker in this process on a store of its own, with a key for each person in `PEOPLE`. */
export class TestBroker {
  readonly logLines: string[] = [];
  broker!: RunningBroker;
  /** The host's own handle on the store, as the CLI has one: another connection to the same file. */
  host!: Deps & { store: OpenedStore };
  keys!: Record<PersonName, string>;
  persons!: Record<PersonName, string>;
  private folder!: string;
  private databaseUrl!: string;
  private dropDatabase = (): Promise<void> => Promise.resolve();

  private constructor(
    readonly clock: TestClock,
    private readonly engine: Engine,
    private readonly settings: Partial<BrokerEnvironment>,
    /** Replaced also at each later start. */
    readonly overrides: BrokerOverrides,
  ) {}

  static async start(
    options: {
      engine?: Engine;
      organisation?: Organisation;
      settings?: Partial<BrokerEnvironment>;
      clock?: TestClock;
      outbound?: OutboundRules;
      signers?: Signers;
    } = {},
  ): Promise<TestBroker> {
    const {
      clock = new TestClock(),
      engine = 'SQLite',
      settings = {},
      outbound,
      signers = systemSigners,
    } = options;
    const overrides = { clock, signers, ...(outbound === undefined ? {} : { outbound }) };
    const broker = new TestBroker(clock, engine, settings, overrides);
    await broker.prepare(options.organisation ?? organisation());
    await broker.run();
    return broker;
  }

  get url(): string {
    return this.broker.url;
  }

  get environment(): BrokerEnvironment {
    return {
      databaseUrl: this.databaseUrl,
      dataDir: this.folder,
      masterKey: MASTER_KEY,
      host: '127.0.0.1',
      port: 0,
      admin: null,
      publicUrl: 'http://localhost:4000',
      gatewayUrl: 'http://localhost:4100',
      rateLimitPerMinute: 1_000_000,
      trustedProxies: [],
      session: { idle: 1_800, absolute: 43_200 },
      passkeyCooling: 0,
      logLevel: 'info',
      slack: null,
      smtpUrl: null,
      mailFrom: 'countersign@localhost',
      mailLanguage: 'en',
      outboundPrivate: [],
      pushServices: [],
      ...this.settings,
    };
  }

  /** Starts (or starts again) the broker on the current state of the store. */
  async run(): Promise<void> {
    this.broker = await startBroker(this.environment, {
      ...this.overrides,
      logTo: { write: (line) => void this.logLines.push(line) },
    });
    brokerOrigins.add(this.url);
  }

  async close(): Promise<void> {
    brokerOrigins.delete(this.url);
    await this.broker.close();
    await this.host.store.close();
    await this.dropDatabase();
    await rm(this.folder, { recursive: true, force: true });
    // A spec keeps this object until its worker ends. The application need not stay in memory as long.
    const { url, adminUrl, failed } = this.broker;
    this.broker = { url, adminUrl, failed, close: () => Promise.resolve() };
  }

  /** Calls as one of the people, or without credentials. */
  async call(
    who: PersonName | null,
    method: string,
    path: string,
    options: CallOptions = {},
  ): Promise<Answer> {
    const bearer = who === null ? {} : { authorization: `Bearer ${this.keys[who]}` };
    return this.fetch(method, path, { ...options, headers: { ...bearer, ...options.headers } });
  }

  /** Gives someone a new API key, for tests that move the clock by more than a key's 90 days. */
  async renewKey(who: PersonName): Promise<void> {
    const { email, tenant } = PEOPLE[who];
    this.keys[who] = (await createApiKey(this.host, { email, tenant, ttl: 86_400 })).key;
  }

  /** A session as a finished, fresh sign-in leaves one. @returns the `Cookie` header of its browser */
  async sessionOf(
    who: PersonName,
    assurance: Assurance = 'oidc',
    signedInAt = this.clock.now(),
  ): Promise<string> {
    const { secret } = await this.host.store.asVendor(async (unit) => {
      const person = await unit.organisation.person(this.persons[who]);
      if (person === null) throw new Error(`${who} is not known`);
      const authenticatedAt = signedInAt.toISOString();
      const draft = { person, assurance, device: 'a test', parent: null, replaces: null, authenticatedAt };
      return startSessionIn(this.host, unit, draft, this.environment.session);
    });
    return `${SESSION_COOKIE}=${secret}`;
  }

  /** Calls as a page of the broker does: with a cookie and the origin. */
  page(cookie: string | null, method: string, path: string, options: CallOptions = {}): Promise<Answer> {
    const headers = {
      origin: this.environment.publicUrl,
      'sec-fetch-site': 'same-origin',
      ...(cookie === null ? {} : { cookie }),
      ...options.headers,
    };
    return this.fetch(method, path, { ...options, headers });
  }

  async fetch(method: string, path: string, { body, raw, headers = {} }: CallOptions = {}): Promise<Answer> {
    const sent = raw ?? (body === undefined ? undefined : JSON.stringify(body));
    const answer = await fetch(`${this.url}${path}`, {
      method,
      redirect: 'manual',
      headers: { ...(sent === undefined ? {} : { 'content-type': 'application/json' }), ...headers },
      ...(sent === undefined ? {} : { body: sent }),
    });
    const text = await answer.text();
    return { status: answer.status, headers: answer.headers, body: parsed(text), text };
  }

  async enrolGateway(
    name: string,
    binding: Partial<GatewayBinding> = {},
  ): Promise<{ credential: GatewayCredential; text: string; bearer: string }> {
    const { id, secret, feedKey } = await enrolGateway(this.host, name, binding);
    const credential: GatewayCredential = {
      gateway: id,
      secret,
      broker: this.url,
      deployment: this.host.store.deployment,
      feedKey: String(feedKey['x']),
    };
    return { credential, text: encodeGatewayCredential(credential), bearer: `Bearer ${id}.${secret}` };
  }

  private async prepare(file: Organisation): Promise<void> {
    this.folder = await mkdtemp(join(tmpdir(), 'countersign-e2e-'));
    const place = { engine: this.engine, folder: this.folder };
    const { url, drop, keys, persons } = await filledDatabase(place, file, this.clock);
    Object.assign(this, { databaseUrl: url, dropDatabase: drop, keys, persons });
    this.host = await openHost(url, this.clock);
    // Of each broker its own, also where two share all else: what one signed proves nothing to another.
    await ensureBrokerKeys(this.host, this.overrides.signers ?? systemSigners);
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
