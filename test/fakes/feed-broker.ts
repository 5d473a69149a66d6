import { generateKeyPairSync, type KeyPairKeyObjectResult, randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { generateSigningKey } from '@countersign/authorization/mint';
import {
  routeMapHash,
  type ServiceDefinition,
  type SignedTrustDocument,
  type UpstreamSettings,
} from '@countersign/contract';
import {
  type AccessRecord,
  type Announcement,
  announcementHeaders,
  type ChainHead,
  type ChangeData,
  encodeGatewayCredential,
  exportEd25519PublicKey,
  type FeedEvent,
  type FeedGrant,
  type FeedLock,
  type FeedTenant,
  type FeedTrust,
  FORMS,
  type GatewayPin,
  isBatchSignedBy,
  isMessageSignedBy,
  MESSAGE_SIGNATURE_HEADER,
  parseFeedPlace,
  parseIdentityRegistration,
  parseLeaseClosing,
  parseLeaseRequest,
  parsePins,
  parseRecordBatch,
  placeInChain,
  type RecordEntry,
  readAnnouncement,
  readGatewayAuthorization,
  recordHash,
  type SignedLift,
  type SignedStop,
} from '@countersign/gateway-protocol';
import { v7 } from 'uuid';
import { hashing } from '../factories/grant-token.js';
import { signedFeedEvent } from '../factories/signed-feed-event.js';
import {
  createGrant,
  type FakeGrant,
  forgeToken,
  type GrantWishes,
  mintToken,
  type TokenOptions,
} from './fake-grants.js';
import { LeaseBook } from './lease-book.js';

export type { FakeGrant, GrantWishes } from './fake-grants.js';

type Event = FeedEvent extends infer E
  ? E extends FeedEvent
    ? Omit<E, 'epoch' | 'seq' | 'time' | 'gateway'>
    : never
  : never;

/**
 * What is stolen of a real broker: its address, what one gateway knows it by, and the keys that sign feed and tokens.
 */
export type StolenBroker = Pick<
  FeedBroker,
  'gateway' | 'deployment' | 'issuer' | 'feed' | 'signing' | 'port'
> & {
  secret: string;
};

/**
 * The broker's side of the gateway protocol, in memory: it signs a real feed, accepts records exactly once, checks
 * their chains, and misbehaves on demand.
 */
export class FeedBroker {
  readonly gateway: string;
  readonly deployment: string;
  readonly issuer: string;
  readonly feed: KeyPairKeyObjectResult;
  signing: ReturnType<typeof generateSigningKey>;
  epoch = 1;
  seq = 0;
  services: ServiceDefinition[] = [];
  /** How gateways connect to a service, by its name. */
  upstreamSettings: Record<string, UpstreamSettings> = {};
  /** Older maps that active grants still name. */
  olderMaps: ServiceDefinition[] = [];
  locks: FeedLock[] = [];
  tenants: FeedTenant[] = [
    { slug: 'acme', forbid: [] },
    { slug: 'globex', forbid: [] },
  ];
  grants: FakeGrant[] = [];
  /** What customers have signed, and each report of the gateway's pins. */
  trust: FeedTrust[] = [];
  stops: SignedStop[] = [];
  lifts: SignedLift[] = [];
  readonly pins: GatewayPin[][] = [];
  /** Stops and lifts that were submitted at the gateway, as it relayed them. */
  readonly handed: (SignedStop | SignedLift)[] = [];

  /** Everything that was accepted, in order, and the records that did not follow in their chain. */
  readonly records: AccessRecord[] = [];
  readonly openings: RecordEntry['openings'][] = [];
  readonly gaps: AccessRecord[] = [];
  /** What each batch that was signed says of the gateway’s history. */
  readonly stated: { boot: string; seen?: string; complete?: true; follows?: true }[] = [];
  /** What gateways hold of budgets, and which of their boots were reported as over. */
  readonly leases = new LeaseBook();
  readonly closedBoots: string[] = [];
  publicKey: string | undefined;
  /** Connections to the feed so far, and the Last-Event-ID of each. */
  readonly resumes: (string | undefined)[] = [];

  /** Switches for misbehaviour. */
  heartbeats = true;
  knowsGateway = true;
  takesRecords = true;
  /** Its database was restored from a backup: it refuses all batches for that reason. */
  hasLostRecords = false;
  /** What a batch waits for before it is taken. Resolves to false if it is refused (503). */
  beforeTaking: (stated: { follows?: true }) => Promise<boolean> = async () => true;
  /** Accepts pins, and relayed stops. */
  takesNews = true;
  /** Whether answers to batches arrive. If not, the batch is accepted anyway. */
  answersRecords = true;
  /** What it announces; undefined: nothing, as a broker without announcements. */
  announces: Announcement | undefined = { version: '0.1.0', forms: FORMS };
  /** What the gateway announced last. */
  announced: Announcement | undefined;
  /** Answers to batches that it cannot read their form, as one of several brokers that has not been updated yet. */
  refusesForms = false;
  /** Batches with such a record are rejected (400). */
  refuses: (record: AccessRecord) => boolean = () => false;
  resumable = true;
  /** Added to the signed time. */
  clockOffset = 0;
  /** Changes an event just before it is signed. */
  tamper: (event: FeedEvent) => FeedEvent = (event) => event;
  /** Events that are lost on the way. */
  drops: (event: FeedEvent) => boolean = () => false;
  /** Holds an event back, to be sent when the test says so. */
  holds: (event: FeedEvent, send: () => void) => boolean = () => false;
  /** The key that signs, if it is not the pinned one. */
  otherKey: typeof this.feed.privateKey | undefined;

  private readonly secret: string;
  private readonly heads = new Map<string, ChainHead>();
  private readonly history: { seq: number; data: ChangeData }[] = [];
  private readonly open = new Set<ServerResponse>();
  private server: Server | undefined;
  private timer: NodeJS.Timeout | undefined;
  port: number;

  /** Everything is new, or taken from what was stolen of a real broker. */
  constructor(stolen: Partial<StolenBroker> = {}) {
    this.gateway = stolen.gateway ?? `gtw_${v7()}`;
    this.deployment = stolen.deployment ?? `dep_${v7()}`;
    this.issuer = stolen.issuer ?? 'http://broker.test';
    this.feed = stolen.feed ?? generateKeyPairSync('ed25519');
    this.signing = stolen.signing ?? generateSigningKey();
    this.secret = stolen.secret ?? randomUUID().replaceAll('-', '') + randomUUID().replaceAll('-', '');
    this.port = stolen.port ?? 0;
  }

  async start(): Promise<void> {
    this.server = createServer((request, response) => void this.serve(request, response));
    this.server.keepAliveTimeout = 1_000;
    await new Promise<void>((resolve) => this.server?.listen(this.port, '127.0.0.1', resolve));
    this.port = (this.server.address() as AddressInfo).port;
    this.timer = setInterval(() => this.heartbeat(), 200);
  }

  async stop(): Promise<void> {
    clearInterval(this.timer);
    const closed = new Promise<void>((resolve) => this.server?.close(() => resolve()) ?? resolve());
    this.server?.closeAllConnections();
    await closed;
  }

  /** Another broker that knows the same gateway and has the same keys. */
  twin(): FeedBroker {
    const { gateway, deployment, issuer, feed, signing, secret } = this;
    return new FeedBroker({ gateway, deployment, issuer, feed, signing, secret });
  }

  get credential(): string {
    return encodeGatewayCredential({
      gateway: this.gateway,
      secret: this.secret,
      broker: `http://127.0.0.1:${this.port}`,
      deployment: this.deployment,
      feedKey: exportEd25519PublicKey(this.feed.publicKey),
    });
  }

  /** Creates a grant. `announce: false` keeps it out of the feed. */
  grant(wishes: GrantWishes = {}, announce = true): FakeGrant {
    const grant = createGrant(this, wishes);
    if (announce) this.announce(grant);
    return grant;
  }

  announce(grant: FakeGrant): void {
    this.grants.push(grant);
    this.change({ grants: [feedGrant(grant)] });
  }

  end(grant: FakeGrant, reason = 'revoked'): void {
    this.grants = this.grants.filter(({ digest }) => digest !== grant.digest);
    this.change({ endedGrants: [{ digest: grant.digest, reason }] });
  }

  /** A grant token, minted as the broker mints them. */
  token(grant: FakeGrant, options: TokenOptions = {}): string {
    return mintToken(this, grant, options);
  }

  /** Any claims, signed with the broker's own key: what a thief of that key can mint. */
  forge(grant: FakeGrant, change: Record<string, unknown> = {}): string {
    return forgeToken(this, grant, change);
  }

  /** Announces that a tenant is claimed, with this whole chain. */
  claim(tenant: string, chain: SignedTrustDocument[]): void {
    this.trust = [...this.trust.filter((each) => each.tenant !== tenant), { tenant, chain }];
    this.change({ trust: [{ tenant, chain }] });
  }

  /** Sends a change to every listener. */
  change(data: ChangeData): void {
    this.seq += 1;
    this.history.push({ seq: this.seq, data });
    for (const response of this.open) this.send(response, { type: 'change', data });
  }

  heartbeat(): void {
    if (!this.heartbeats) return;
    for (const response of this.open) this.send(response, { type: 'heartbeat', data: {} });
  }

  /** Closes every feed connection. */
  drop(): void {
    for (const response of this.open) response.destroy();
  }

  /** All services of the fake, as a change. */
  announceServices(): void {
    this.change({ services: this.feedServices(), routeMaps: [...this.services, ...this.olderMaps] });
  }

  recordsOf<K extends AccessRecord['kind']>(kind: K): Extract<AccessRecord, { kind: K }>[] {
    return this.records.filter((record) => record.kind === kind) as Extract<AccessRecord, { kind: K }>[];
  }

  private feedServices() {
    return this.services.map((service) => ({
      name: service.name,
      routes: routeMapHash(hashing, service),
      upstream: service.upstream,
      audience: service.audience,
      ...this.upstreamSettings[service.name],
    }));
  }

  private async serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const caller = readGatewayAuthorization(request.headers.authorization);
    const url = new URL(request.url ?? '/', 'http://broker');
    this.announced = readAnnouncement(request.headers);
    for (const [name, value] of Object.entries(this.announces ? announcementHeaders(this.announces) : {}))
      response.setHeader(name, value);
    if (!this.knowsGateway || caller?.gateway !== this.gateway || caller.secret !== this.secret) {
      answer(response, 401, { code: 'unauthenticated' });
    } else if (url.pathname === '/gateway/v1/feed') {
      this.openFeed(url.searchParams.get('nonce') ?? '', request, response);
    } else if (url.pathname === '/gateway/v1/records') {
      await this.takeRecords(await jsonOf(request), response);
    } else if (url.pathname === '/gateway/v1/leases') {
      const body = await jsonOf(request);
      if (this.isSigned(request, body, response)) this.lease(body, response);
    } else if (url.pathname === '/gateway/v1/leases/closed') {
      const body = await jsonOf(request);
      if (!this.isSigned(request, body, response)) return;
      this.closedBoots.push(...parseLeaseClosing(body).boots);
      response.writeHead(204).end();
    } else if (url.pathname === '/gateway/v1/pins') {
      const body = await jsonOf(request);
      if (!this.isSigned(request, body, response)) return;
      const { pins } = parsePins(body);
      if (this.takesNews) this.pins.push(pins);
      response.writeHead(this.takesNews ? 204 : 503).end();
    } else if (url.pathname === '/gateway/v1/stops') {
      const { countersignature } = (await jsonOf(request)) as { countersignature: SignedStop | SignedLift };
      if (this.takesNews) this.handed.push(countersignature);
      response.writeHead(this.takesNews ? 204 : 503).end();
    } else if (url.pathname === '/gateway/v1/identity') {
      const { publicKey } = parseIdentityRegistration(await jsonOf(request));
      this.publicKey ??= publicKey;
      if (this.publicKey === publicKey) response.writeHead(204).end();
      else answer(response, 409, { code: 'already_registered' });
    } else {
      answer(response, 404, { code: 'not_found' });
    }
  }

  private openFeed(nonce: string, request: IncomingMessage, response: ServerResponse): void {
    const last = request.headers['last-event-id'];
    const from = typeof last === 'string' ? parseFeedPlace(last) : undefined;
    this.resumes.push(typeof last === 'string' ? last : undefined);
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    if (from !== undefined && this.resumable && from.epoch === this.epoch && from.seq <= this.seq) {
      this.send(response, { type: 'resume', data: { nonce } }, from.seq);
      for (const { seq, data } of this.history.filter((change) => change.seq > from.seq)) {
        this.send(response, { type: 'change', data }, seq);
      }
    } else {
      this.send(response, {
        type: 'snapshot',
        data: {
          nonce,
          issuer: this.issuer,
          grants: this.grants.map(feedGrant),
          services: this.feedServices(),
          routeMaps: [...this.services, ...this.olderMaps],
          keys: [{ ...this.signing.publicJwk }],
          tenants: this.tenants,
          locks: this.locks,
          trust: this.trust,
          stops: this.stops,
          lifts: this.lifts,
        },
      });
    }
    this.open.add(response);
    response.on('close', () => this.open.delete(response));
  }

  private send(response: ServerResponse, event: Event, seq = this.seq): void {
    const time = new Date(Date.now() + this.clockOffset).toISOString();
    const whole = { epoch: this.epoch, seq, time, gateway: this.gateway, ...event } as FeedEvent;
    if (this.drops(whole)) return;
    const text = signedFeedEvent(this.tamper(whole), this.otherKey ?? this.feed.privateKey);
    if (this.holds(whole, () => response.write(text))) return;
    response.write(text);
  }

  /** Answers 403 if the gateway's identity did not sign this body, as the broker does. */
  private isSigned(request: IncomingMessage, body: unknown, response: ServerResponse): boolean {
    const signature = String(request.headers[MESSAGE_SIGNATURE_HEADER]);
    const message = { gateway: this.gateway, path: request.url ?? '', body };
    if (this.publicKey !== undefined && isMessageSignedBy(message, signature, this.publicKey)) return true;
    answer(response, 403, { code: 'forbidden' });
    return false;
  }

  private lease(body: unknown, response: ServerResponse): void {
    const { boot, grant: id, ...ask } = parseLeaseRequest(body);
    const grant = this.grants.find((each) => each.id === id);
    if (grant === undefined) {
      answer(response, 409, { code: 'grant_not_active' });
      return;
    }
    const whose = { tenant: grant.tenant, grant: id, gateway: this.gateway, boot };
    answer(response, 200, this.leases.ask(whose, grant.terms.budget ?? {}, ask));
  }

  private async takeRecords(body: unknown, response: ServerResponse): Promise<void> {
    if (!this.takesRecords) {
      answer(response, 503, { code: 'unavailable' });
      return;
    }
    if (this.refusesForms) {
      answer(response, 409, { code: 'unsupported_form' });
      return;
    }
    const { boot, entries, signature, ...stated } = parseRecordBatch(body);
    const hashes = { gateway: this.gateway, boot, records: entries.map(({ record }) => recordHash(record)) };
    const isSigned =
      this.publicKey !== undefined &&
      signature !== undefined &&
      isBatchSignedBy(hashes, signature, this.publicKey);
    if (!isSigned) {
      answer(response, 403, { code: 'forbidden' });
      return;
    }
    this.stated.push({ boot, ...stated });
    if (!(await this.beforeTaking(stated))) {
      answer(response, 503, { code: 'unavailable' });
      return;
    }
    if (this.hasLostRecords) {
      answer(response, 503, { code: 'feed_parted' });
      return;
    }
    if (entries.some(({ record }) => this.refuses(record))) {
      answer(response, 400, { code: 'invalid_request' });
      return;
    }
    const [first] = entries;
    if (stated.follows === true && first !== undefined && this.isAfterGap(first.record)) {
      answer(response, 503, { code: 'not_ready' });
      return;
    }
    const accepted: Record<string, number> = {};
    for (const { record, openings } of entries) {
      const chain = `${record.boot} ${record.tenant}`;
      const place = placeInChain(this.heads.get(chain), record);
      if (place === 'gap') this.gaps.push(record);
      if (place !== 'known') {
        this.records.push(record);
        this.openings.push(openings);
        this.heads.set(chain, { seq: record.seq, hash: recordHash(record) });
      }
      accepted[record.tenant] = this.heads.get(chain)?.seq ?? 0;
    }
    if (this.answersRecords) answer(response, 200, { accepted });
    else response.destroy();
  }

  private isAfterGap(record: AccessRecord): boolean {
    return placeInChain(this.heads.get(`${record.boot} ${record.tenant}`), record) === 'gap';
  }
}

function feedGrant({ terms: _, ...grant }: FakeGrant): FeedGrant {
  return grant;
}

function answer(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify(body));
}

async function jsonOf(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
  return JSON.parse(Buffer.concat(chunks).toString('utf8'));
}
