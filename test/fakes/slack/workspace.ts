import type { Callback, Outcome } from './deliver.js';
import type { Json } from './messages.js';
import { install } from './methods/auth.js';
import type { Channel, Installation, Member } from './model.js';
import { event } from './people/payloads.js';
import { Person, type Stage } from './people/person.js';
import type { Team } from './world.js';

/** How often Slack tells of an event that no one acknowledges, after the first time. */
const RETRIES = 3;

export type MemberOptions = Partial<Omit<Member, 'id' | 'team'>>;

/** A workspace: its people, its channels, the app in it. */
export class Workspace {
  private readonly persons = new Map<string, Person>();

  constructor(
    private readonly stage: Stage,
    readonly team: Team,
  ) {}

  get id(): string {
    return this.team.id;
  }

  /** Somebody of this workspace, made at the first call. */
  user(id: string, options: MemberOptions = {}): Person {
    const found = this.persons.get(id);
    if (found !== undefined) return Object.assign(found, { member: Object.assign(found.member, options) });
    const name = options.name ?? id.toLowerCase();
    const member: Member = {
      id,
      team: this.id,
      name,
      realName: name,
      email: `${name}@${this.team.domain}.example`,
      emailVerified: true,
      zone: 'Etc/UTC',
      guest: 'no',
      deactivated: false,
      bot: false,
      ...options,
    };
    this.stage.world.members.set(id, member);
    const person = new Person(this.stage, member);
    this.persons.set(id, person);
    return person;
  }

  /** A channel of this workspace with its people, made at the first call. */
  channel(
    id: string,
    options: { name?: string; kind?: 'public' | 'private'; members?: readonly Person[] } = {},
  ): Channel {
    const { world } = this.stage;
    const found = world.channels.get(id);
    const members = new Set((options.members ?? [...this.persons.values()]).map((person) => person.id));
    if (found !== undefined) return found;
    const { name = id.toLowerCase(), kind = 'private' } = options;
    const channel: Channel = { id, name, kind, teams: [this.id], members, archived: false, messages: [] };
    world.channels.set(id, channel);
    return channel;
  }

  /** Shares a channel with another workspace and its people, by Slack Connect. */
  share(channel: Channel, other: Workspace, members: readonly Person[]): void {
    channel.teams.push(other.id);
    for (const { id } of members) channel.members.add(id);
  }

  /** Puts the app in without anybody's pressing. @returns its token */
  install(
    scopes: readonly string[],
    options: { orgWide?: boolean } = {},
  ): { token: string; refresh: string | null } {
    const where = { team: this.id, orgWide: options.orgWide ?? false };
    return this.stage.world.issueToken(install(this.stage.world, where, scopes));
  }

  get installation(): Installation | null {
    return this.stage.world.installationFor(this.id);
  }

  /** Brings the app into a channel, as people do by inviting it. */
  invite(channel: Channel): void {
    const { installation } = this;
    if (installation === null) throw new Error(`the app is not installed in ${this.id}`);
    channel.members.add(installation.botUser);
  }

  /** Tells the app of an event, again and again until it acknowledges. @returns every time's outcome */
  async tell(
    inner: Json,
    options: { shared?: boolean; installation?: Installation } = {},
  ): Promise<Outcome[]> {
    const callback = this.eventOf(inner, options);
    const outcomes: Outcome[] = [];
    for (let num = 0; num <= RETRIES; num += 1) {
      const last = outcomes.at(-1);
      const reason = last?.status === null ? 'http_timeout' : 'http_error';
      const again = num === 0 ? {} : { retry: { num, reason } };
      const outcome = await this.stage.deliverer.deliver({ ...callback, ...again });
      outcomes.push(outcome);
      if (outcome.acked) return outcomes;
    }
    return outcomes;
  }

  eventOf(inner: Json, options: { shared?: boolean; installation?: Installation } = {}): Callback {
    const installation = options.installation ?? this.installation;
    if (installation === null) throw new Error(`the app is not installed in ${this.id}`);
    const payload = event({ ...this.stage, installation }, this.id, inner, options.shared ?? false);
    return { kind: 'events_api', payload };
  }

  /** Somebody takes the app out: its tokens are dead at once, then it is told. */
  async uninstall(): Promise<Outcome[][]> {
    const installation = this.end('account_inactive');
    return [
      await this.tell(
        { type: 'tokens_revoked', tokens: { oauth: [], bot: [installation.botUser] } },
        { installation },
      ),
      await this.tell({ type: 'app_uninstalled' }, { installation }),
    ];
  }

  /** The app's tokens are dead, and no one has told it. */
  end(how: 'account_inactive' | 'token_revoked'): Installation {
    const { installation } = this;
    if (installation === null) throw new Error(`the app is not installed in ${this.id}`);
    installation.ended = how;
    return installation;
  }
}
