import type { Organisation } from '@countersign/access';
import type { SlackEnvironment } from '@countersign/config';
import { FORMS } from '@countersign/slack';
import { organisation, type PersonName } from '../../factories/organisation.js';
import type { Message } from '../../fakes/slack/messages.js';
import type { Channel } from '../../fakes/slack/model.js';
import type { Person } from '../../fakes/slack/people/person.js';
import { type Rates, SLACK_RATES } from '../../fakes/slack/rates.js';
import { SlackStandIn } from '../../fakes/slack/stand-in.js';
import type { Workspace } from '../../fakes/slack/workspace.js';
import { eventually } from '../../support/eventually.js';
import { TestBroker, TestClock } from '../harness.js';

/** Everybody's own channels: reviewers in the vendor's workspace, the customer in its own. */
export const places = (change: (file: Organisation) => void = () => {}): Organisation =>
  organisation((file) => {
    file.vendor.slack = { teamId: 'T0VENDOR', channelId: 'C0REVIEWS' };
    file.tenants[0]!.slack = { teamId: 'T0ACME', channelId: 'C0LOCKBOX' };
    change(file);
  });

/** So many messages a second that no test waits for Slack's own one; the limit itself has tests of its own. */
export const FAST: Rates = { ...SLACK_RATES, post: { burst: 1_000, perSecond: 1_000 } };

type DeliveryRow = {
  notice: string;
  channel: string;
  recipient: string;
  state: string;
  attempts: number;
  lastError: string | null;
};

export interface SlackWorldOptions {
  organisation?: Organisation;
  rates?: Rates;
  socketMode?: boolean;
  signingSecret?: string;
  language?: 'en' | 'de';
  /** A mail server; absent: no mail is sent. */
  smtpUrl?: string;
}

/** Staff in their workspace, customers in theirs, the broker between; people linked as they would link themselves. */
export class SlackWorld {
  readonly vendor: Workspace;
  readonly acme: Workspace;
  readonly people: Record<'erin' | 'max' | 'kim' | 'ada' | 'bob', Person>;
  /** Where the customer's approvers are asked, and the vendor's reviewers. */
  readonly lockbox: Channel;
  readonly reviews: Channel;

  private constructor(
    readonly broker: TestBroker,
    readonly slack: SlackStandIn,
  ) {
    this.vendor = slack.workspace('T0VENDOR', { name: 'Vendor' });
    this.acme = slack.workspace('T0ACME', { name: 'Acme' });
    const { vendor, acme } = this;
    this.people = {
      erin: vendor.user('U0ERIN', { name: 'erin', realName: 'Erin', zone: 'America/New_York' }),
      max: vendor.user('U0MAX', { name: 'max', realName: 'Max' }),
      kim: vendor.user('U0KIM', { name: 'kim', realName: 'Kim' }),
      ada: acme.user('U0ADA', { name: 'ada', realName: 'Ada', zone: 'Europe/Paris' }),
      bob: acme.user('U0BOB', { name: 'bob', realName: 'Bob' }),
    };
    this.reviews = vendor.channel('C0REVIEWS', { name: 'access-reviews' });
    this.lockbox = acme.channel('C0LOCKBOX', { name: 'lockbox' });
  }

  /** A broker with Slack beside it, the app installed nowhere yet. */
  static async start(options: SlackWorldOptions = {}): Promise<SlackWorld> {
    let broker: TestBroker | undefined;
    const clock = new TestClock();
    const slack = await SlackStandIn.start({
      requestUrl: () => (options.socketMode ? null : `${broker?.url}/slack/events`),
      rates: options.rates ?? FAST,
      ...(options.signingSecret === undefined ? {} : { app: { signingSecret: options.signingSecret } }),
      clock,
    });
    const settings = {
      slack: settingsFor(slack, options.socketMode ?? false),
      mailLanguage: options.language ?? 'en',
      ...(options.smtpUrl === undefined ? {} : { smtpUrl: options.smtpUrl }),
    };
    broker = await TestBroker.start({ organisation: options.organisation ?? places(), settings, clock });
    return new SlackWorld(broker, slack);
  }

  /** Installs the app in both workspaces and links everybody, each as people do it in their browsers. */
  async settle(): Promise<this> {
    await this.install('securityAdmin', this.people.max, this.reviews);
    await this.install('tenantAdmin', this.people.ada, this.lockbox);
    const { erin, max, kim, ada, bob } = this.people;
    await this.link('engineer', erin);
    await this.link('reviewer', max);
    await this.link('engineerAndReviewer', kim);
    await this.link('approver', ada);
    await this.link('secondApprover', bob);
    return this;
  }

  /** One of ours begins, and someone of the workspace agrees. */
  async install(
    who: PersonName,
    at: Person,
    channel: Channel | null,
    choices: { org?: boolean } = {},
  ): Promise<void> {
    const done = await this.walk(who, at, '/slack/install', choices);
    if (done !== 'installed') throw new Error(`not installed: ${done}`);
    if (channel !== null) this.slack.workspace(at.member.team).invite(channel);
  }

  /** Somebody signed in links their own Slack account. */
  async link(who: PersonName, as: Person): Promise<void> {
    const done = await this.walk(who, as, '/slack/link');
    if (done !== 'linked') throw new Error(`not linked: ${done}`);
  }

  /** From the broker to Slack and back, in one browser. @returns the code that the page is told */
  async walk(
    who: PersonName,
    at: Person,
    path: string,
    choices: { org?: boolean; deny?: boolean } = {},
  ): Promise<string | null> {
    const session = await this.broker.sessionOf(who);
    const begun = await this.broker.page(session, path === '/slack/link' ? 'POST' : 'GET', path);
    if (begun.status !== 302 && begun.status !== 303)
      throw new Error(`${path}: ${begun.status} ${begun.text}`);
    const cookies = begun.headers.getSetCookie().map((cookie) => cookie.split(';')[0]);
    const back = await at.authorise(String(begun.headers.get('location')), choices);
    const cookie = [session, ...cookies].join('; ');
    const ended = await this.broker.page(cookie, 'GET', `${back.pathname}${back.search}`);
    const page = new URL(String(ended.headers.get('location')), this.broker.environment.publicUrl);
    return page.searchParams.get('slack');
  }

  /** The last message of the app in a channel, or to someone directly, that says this, once it stands there. */
  card(where: Channel | Person, holds: string | RegExp, reader: Person = this.people.ada): Promise<Message> {
    return eventually(`a message in ${where.id} that says ${holds}`, () => {
      const channel = 'members' in where ? where : where.direct;
      const all = channel === undefined ? [] : this.slack.roots(channel.id);
      return all.findLast((message) => message.installation !== null && says(reader.reads(message), holds));
    });
  }

  /** Waits until a message says something. */
  async until(message: Message, holds: string | RegExp, reader: Person = this.people.ada): Promise<void> {
    const found = eventually(String(holds), () => says(reader.reads(message), holds));
    await found.catch((error: Error) => {
      throw new Error(`${error.message} on:\n${reader.reads(message)}`);
    });
  }

  /** What the thread below a message says, a line a message. */
  thread(root: Message, reader: Person = this.people.ada): string[] {
    return this.slack.thread(root).map((message) => reader.reads(message));
  }

  /** The engineer fills in the form behind `/access` and sends it. @returns what the form says then */
  async ask(reason: string, what = 'read any invoice', who = this.people.erin): Promise<string> {
    if (who.view !== undefined) await who.close(who.view);
    await who.slash('/access');
    const form = await eventually('the form', () =>
      who.view?.content['callback_id'] === FORMS.ask ? who.view : null,
    );
    await who.choose(form, 'tenant', 'acme');
    await who.choose(form, 'what', [what]);
    await who.submit(form, { reason });
    return who.view === undefined ? '' : who.reads(who.view);
  }

  /** What the app told someone alone, the last of it. */
  async whisper(to: Person, count = 1): Promise<string> {
    const heard = await eventually(`${count} words to ${to.id} alone`, () =>
      to.whispers.length >= count ? to.whispers : null,
    );
    return to.reads(heard.at(-1)!);
  }

  /** Every delivery to a recipient in Slack (`C:acme`), or to all, the newest notice first. */
  async deliveries(recipient?: string): Promise<DeliveryRow[]> {
    return this.broker.host.store.readAsVendor(async (unit) => {
      const { items } = await unit.deliveries.list({}, { cursor: null, limit: 200 });
      const rows = items.flatMap(({ deliveries }) => deliveries).filter(({ channel }) => channel === 'slack');
      return recipient === undefined ? rows : rows.filter((row) => row.recipient === recipient);
    });
  }

  /** Waits, letting the broker's time pass, until everybody has been told of all that there is. */
  told(): ReturnType<typeof eventually<boolean>> {
    return this.later('everybody told', async () => {
      const now = this.broker.clock.now().toISOString();
      const waiting = await this.broker.host.store.readAsVendor((unit) => unit.outbox.due(now, 1));
      return waiting.length === 0 && (await this.deliveries()).every(({ state }) => state !== 'due');
    });
  }

  /** Lets the broker's time pass until something holds, so that what waits to be tried again is. */
  later<T>(what: string, ask: () => Promise<T> | T, seconds = 1): ReturnType<typeof eventually<T>> {
    return eventually(what, () => {
      this.broker.clock.advance(seconds);
      return ask();
    });
  }

  async close(): Promise<void> {
    await this.broker.close();
    await this.slack.stop();
  }
}

export const says = (text: string, holds: string | RegExp): boolean =>
  typeof holds === 'string' ? text.includes(holds) : holds.test(text);

/** What the broker is told of this Slack. */
export const settingsFor = ({ app, apiUrl }: SlackStandIn, socketMode: boolean): SlackEnvironment => ({
  signingSecret: socketMode ? null : app.signingSecret,
  clientId: app.clientId,
  clientSecret: app.clientSecret,
  appToken: socketMode ? app.appToken : null,
  apiUrl,
});
