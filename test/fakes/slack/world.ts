import { randomBytes } from 'node:crypto';
import { SlackError } from './errors.js';
import type { Message } from './messages.js';
import type {
  Channel,
  Enterprise,
  Installation,
  Member,
  OpenView,
  ResponseUrl,
  Token,
  Trigger,
} from './model.js';

/** How long a trigger opens a view. */
export const TRIGGER_MS = 3_000;
export const RESPONSE_URL_MS = 30 * 60_000;
export const RESPONSE_URL_USES = 5;
export const TOKEN_LIFE_SECONDS = 43_200;

export interface Team {
  id: string;
  name: string;
  domain: string;
  enterprise: Enterprise | null;
  /** After how many seconds a message can no more be edited. */
  editWindow: number;
}

/** Everything that Slack remembers. */
export class World {
  readonly teams = new Map<string, Team>();
  readonly members = new Map<string, Member>();
  readonly channels = new Map<string, Channel>();
  readonly installations = new Map<string, Installation>();
  readonly tokens = new Map<string, Token>();
  /** Refresh token → its installation. */
  readonly refreshTokens = new Map<string, Installation>();
  readonly views = new Map<string, OpenView>();
  /** By (workspace, person): the ids of open modals, the lowest first. */
  readonly stacks = new Map<string, string[]>();
  readonly homes = new Map<string, OpenView>();
  readonly triggers = new Map<string, Trigger>();
  readonly responseUrls = new Map<string, ResponseUrl>();
  /** Messages that one person alone sees. */
  readonly ephemerals: Message[] = [];
  private lastTs = 0;
  private count = 0;

  constructor(
    private readonly clock: () => Date,
    /** Whether tokens lapse and are refreshed. */
    readonly rotation: boolean,
  ) {}

  now(): number {
    return this.clock().getTime();
  }

  /** An id of Slack's kind, never given before. */
  id(prefix: string): string {
    this.count += 1;
    return `${prefix}0${this.count.toString(36).toUpperCase().padStart(8, '0')}`;
  }

  /** A message's time stamp: microseconds, no two alike. */
  ts(): string {
    this.lastTs = Math.max(this.now() * 1000, this.lastTs + 1);
    return `${Math.floor(this.lastTs / 1e6)}.${String(this.lastTs % 1e6).padStart(6, '0')}`;
  }

  hash(): string {
    return `${Math.floor(this.now() / 1000)}.${randomBytes(6).toString('hex')}`;
  }

  team(id: string): Team {
    const team = this.teams.get(id);
    if (team === undefined) throw new Error(`no workspace ${id}`);
    return team;
  }

  member(id: string): Member {
    const member = this.members.get(id);
    if (member === undefined) throw new Error(`nobody ${id}`);
    return member;
  }

  /** The installation that a workspace's people press buttons of; null if there is none. */
  installationFor(teamId: string): Installation | null {
    const { enterprise } = this.team(teamId);
    const orgWide = enterprise === null ? undefined : this.installations.get(enterprise.id);
    const found = [orgWide, this.installations.get(teamId)].find((each) => each?.ended === null);
    return found ?? null;
  }

  /** Whether an installation reaches into this workspace. */
  covers(installation: Installation, teamId: string): boolean {
    return installation.orgWide
      ? this.team(teamId).enterprise?.id === installation.enterprise?.id
      : installation.team === teamId;
  }

  issueToken(installation: Installation): { token: string; refresh: string | null } {
    const secret = randomBytes(12).toString('hex');
    const token = this.rotation ? `xoxe.xoxb-1-${secret}` : `xoxb-${secret}`;
    const expiresAt = this.rotation ? this.now() + TOKEN_LIFE_SECONDS * 1000 : Number.POSITIVE_INFINITY;
    this.tokens.set(token, { installation, expiresAt });
    if (!this.rotation) return { token, refresh: null };
    const refresh = `xoxe-1-${randomBytes(12).toString('hex')}`;
    this.refreshTokens.set(refresh, installation);
    return { token, refresh };
  }

  /**
   * A channel that this installation can see.
   * @throws SlackError `channel_not_found`
   */
  visibleChannel(installation: Installation, id: unknown): Channel {
    const channel = this.channels.get(String(id));
    const seen = channel?.teams.some((team) => this.covers(installation, team)) === true;
    const hidden = channel?.kind !== 'public' && !channel?.members.has(installation.botUser);
    if (channel === undefined || !seen || hidden) throw new SlackError('channel_not_found');
    return channel;
  }

  /** Whether someone of this installation's workspaces, or of a channel shared with them. */
  knows(installation: Installation, member: Member): boolean {
    if (this.covers(installation, member.team)) return true;
    return [...this.channels.values()].some(
      ({ teams, members }) => members.has(member.id) && teams.some((team) => this.covers(installation, team)),
    );
  }

  /**
   * The direct conversation of the app with someone, created if there is none.
   * @throws SlackError `user_not_found`, `user_disabled`
   */
  directChannel(installation: Installation, userId: unknown): Channel {
    const member = this.members.get(String(userId));
    if (member === undefined || !this.knows(installation, member)) throw new SlackError('user_not_found');
    if (member.deactivated) throw new SlackError('user_disabled');
    if (member.bot) throw new SlackError('cannot_dm_bot');
    const found = [...this.channels.values()].find(
      ({ kind, members }) => kind === 'im' && members.has(member.id) && members.has(installation.botUser),
    );
    if (found !== undefined) return found;
    const channel: Channel = {
      id: this.id('D'),
      name: 'directmessage',
      kind: 'im',
      teams: [member.team, ...(installation.team === null ? [] : [installation.team])],
      members: new Set([member.id, installation.botUser]),
      archived: false,
      messages: [],
    };
    this.channels.set(channel.id, channel);
    return channel;
  }

  trigger(trigger: Omit<Trigger, 'madeAt' | 'used'>): string {
    const id = `${this.now()}.${randomBytes(4).readUInt32BE()}.${randomBytes(16).toString('hex')}`;
    this.triggers.set(id, { ...trigger, madeAt: this.now(), used: false });
    return id;
  }

  /**
   * Takes a trigger, once.
   * @throws SlackError `invalid_trigger_id`, `exchanged_trigger_id`, `expired_trigger_id`
   */
  takeTrigger(installation: Installation, id: unknown): Trigger {
    const trigger = this.triggers.get(String(id));
    if (trigger === undefined || trigger.installation !== installation)
      throw new SlackError('invalid_trigger_id');
    if (trigger.used) throw new SlackError('exchanged_trigger_id');
    if (this.now() - trigger.madeAt > TRIGGER_MS) throw new SlackError('expired_trigger_id');
    trigger.used = true;
    return trigger;
  }

  stack(team: string, user: string): string[] {
    const key = `${team}/${user}`;
    const stack = this.stacks.get(key) ?? [];
    this.stacks.set(key, stack);
    return stack;
  }
}
