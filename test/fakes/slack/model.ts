import type { Message } from './messages.js';

export interface Enterprise {
  id: string;
  name: string;
}

export interface Member {
  id: string;
  /** The workspace that the person belongs to. */
  team: string;
  /** The handle. */
  name: string;
  realName: string;
  email: string;
  emailVerified: boolean;
  /** An IANA zone. */
  zone: string;
  /** `multi`: a guest of several channels; `single`: of one. */
  guest: 'no' | 'multi' | 'single';
  deactivated: boolean;
  bot: boolean;
}

export interface Channel {
  id: string;
  name: string;
  kind: 'public' | 'private' | 'im';
  /** The workspaces that see it, the owner first; more than one by Slack Connect. */
  teams: string[];
  /** Ids of people and of bot users. */
  members: Set<string>;
  archived: boolean;
  messages: Message[];
}

/** The app in one workspace, or in all of an enterprise. */
export interface Installation {
  /** The enterprise's id for an org-wide installation, else the workspace's. */
  key: string;
  orgWide: boolean;
  team: string | null;
  enterprise: Enterprise | null;
  botId: string;
  botUser: string;
  scopes: ReadonlySet<string>;
  /** What a token of it is answered once it is over. */
  ended: 'account_inactive' | 'token_revoked' | null;
}

export interface Token {
  installation: Installation;
  /** Milliseconds since the epoch; Infinity where tokens are not rotated. */
  expiresAt: number;
}

/** A view that someone has before them. */
export interface OpenView {
  id: string;
  /** Changes with each update. */
  hash: string;
  installation: Installation;
  team: string;
  user: string;
  root: string;
  previous: string | null;
  type: 'modal' | 'home';
  content: Record<string, unknown>;
  /** What was typed and chosen: block id → action id → Slack's value. */
  values: Record<string, Record<string, unknown>>;
  /** What stands beside fields after a refused submission. */
  errors: Record<string, string>;
}

export interface Trigger {
  installation: Installation;
  team: string;
  user: string;
  madeAt: number;
  /** The view that it was pressed in. */
  view: string | null;
  used: boolean;
}

/** Where an app may answer a press or a command, without a token. */
export interface ResponseUrl {
  installation: Installation;
  channel: string;
  user: string;
  /** The message that was pressed in. */
  ts: string | null;
  until: number;
  uses: number;
}
