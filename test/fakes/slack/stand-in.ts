import { once } from 'node:events';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { foreignOrigins } from '../../support/openapi/broker-origins.js';
import { Deliverer } from './deliver.js';
import type { Message } from './messages.js';
import type { AppSettings } from './methods/call.js';
import type { Api } from './methods/dispatch.js';
import type { Stage } from './people/person.js';
import { RateLimiter, type Rates, SLACK_RATES } from './rates.js';
import { type ApiCall, slackServer } from './server.js';
import { SocketMode } from './socket-mode.js';
import { Troubles } from './troubles.js';
import { Workspace } from './workspace.js';
import { World } from './world.js';

export interface StandInOptions {
  /** Where the app takes requests. Null, and it hears over Socket Mode. */
  requestUrl: () => string | null;
  /** The clock by which triggers and tokens expire and rates are counted. Default: the machine's. */
  clock?: { now(): Date };
  /** Milliseconds since the epoch that requests are signed at; the machine's. */
  wall?: () => number;
  rates?: Rates;
  /** Whether tokens lapse after twelve hours and are refreshed. */
  rotation?: boolean;
  app?: Partial<AppSettings>;
}

const APP: AppSettings = {
  appId: 'A0COUNTERSIGN',
  clientId: '4711.0815',
  clientSecret: 'stand-in-client-secret',
  signingSecret: 'stand-in-signing-secret',
  appToken: 'xapp-1-stand-in',
  redirectUrls: null,
};

/**
 * A Slack on loopback, stricter than the real one: a real HTTP server with the Web API, OAuth and OpenID Connect
 * pages, Socket Mode, signed callbacks, every limit enforced. What an app writes is kept, with each edition, so that
 * tests read what people would see.
 */
export class SlackStandIn {
  readonly app: AppSettings;
  readonly world: World;
  readonly troubles = new Troubles();
  /** Every call of the Web API, in order. */
  readonly calls: ApiCall[] = [];
  readonly limiter: RateLimiter;
  readonly socket: SocketMode;
  readonly deliverer: Deliverer;
  private readonly server: Server;
  private readonly workspaces = new Map<string, Workspace>();
  private readonly site: { api: Api };

  private constructor(options: StandInOptions) {
    const clock = options.clock ?? { now: () => new Date() };
    this.app = { ...APP, ...options.app };
    this.world = new World(() => clock.now(), options.rotation ?? true);
    this.limiter = new RateLimiter(options.rates ?? SLACK_RATES, () => this.world.now());
    this.socket = new SocketMode(this.app.appId);
    this.deliverer = new Deliverer(this.app, options.requestUrl, this.socket, options.wall ?? Date.now);
    const { world, app, limiter } = this;
    const openSocket = () => this.socket.ticketUrl(this.origin);
    this.site = { api: { world, app, limiter, origin: '', openSocket } };
    this.server = slackServer({ ...this.site, troubles: this.troubles, calls: this.calls });
    this.socket.attach(this.server);
  }

  static async start(options: StandInOptions): Promise<SlackStandIn> {
    const slack = new SlackStandIn(options);
    slack.server.listen(0, '127.0.0.1');
    await once(slack.server, 'listening');
    const { port } = slack.server.address() as AddressInfo;
    slack.site.api.origin = `http://127.0.0.1:${port}`;
    foreignOrigins.add(slack.origin);
    return slack;
  }

  get origin(): string {
    return this.site.api.origin;
  }

  /** `SLACK_API_URL`. */
  get apiUrl(): string {
    return `${this.origin}/api/`;
  }

  async stop(): Promise<void> {
    foreignOrigins.delete(this.origin);
    this.socket.cut();
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  /** A workspace, made at the first call. */
  workspace(
    id: string,
    options: { name?: string; enterprise?: string; editWindow?: number } = {},
  ): Workspace {
    const found = this.workspaces.get(id);
    if (found !== undefined) return found;
    const domain = id.slice(2).toLowerCase();
    const { name = domain, enterprise, editWindow = Number.POSITIVE_INFINITY } = options;
    const org = enterprise === undefined ? null : { id: enterprise, name: `${enterprise} Org` };
    const team = { id, name, domain, enterprise: org, editWindow };
    this.world.teams.set(id, team);
    const stage: Stage = { world: this.world, app: this.app, origin: this.origin, deliverer: this.deliverer };
    const workspace = new Workspace(stage, team);
    this.workspaces.set(id, workspace);
    return workspace;
  }

  /** What stands in a channel, threads left out, the oldest first. */
  roots(channel: string): Message[] {
    return this.in(channel).filter(({ threadTs }) => threadTs === null);
  }

  /** What stands in the thread of a message. */
  thread(root: Message): Message[] {
    return this.in(root.channel).filter(({ threadTs }) => threadTs === root.ts);
  }

  /** Calls of a method, by how they were answered. */
  answers(method: string): string[] {
    return this.calls.filter((call) => call.method === method).map(({ answer }) => answer);
  }

  private in(channel: string): Message[] {
    return (this.world.channels.get(channel)?.messages ?? []).filter(({ deleted }) => !deleted);
  }
}
