import type { Entry } from './repository.js';

/** What the broker stores for Slack. These rows belong to the deployment. */
export interface SlackRepositories {
  slackInstallations: Entry<SlackInstallationRepository, 'save' | 'rotate' | 'end'>;
  slackAccounts: Entry<SlackAccountRepository, 'save' | 'forget' | 'forgetAllOf'>;
  slackPosts: Entry<SlackPostRepository, 'save' | 'prune'>;
  slackSeen: Entry<SlackSeenRepository, 'note' | 'forget' | 'purge'>;
}

/** Why a Slack account counts as a person's: they signed in with Slack, or Slack vouches for their address. */
export type SlackLinkWay = 'sign-in' | 'email';

/** The app in one workspace, or in a whole Enterprise Grid. The store seals the tokens. */
export interface SlackInstallation {
  /** `E…` for a Grid-wide install, else `T…`: the key of the installation. */
  workspace: string;
  /** Slack's name for it: words, never trusted. */
  name: string;
  appId: string;
  botId: string;
  /** `U…`: the app's own user there. */
  botUser: string;
  scopes: string[];
  /** `xoxb-…` or `xoxe.xoxb-…` */
  token: string;
  /** Null if tokens are not rotated. */
  refreshToken: string | null;
  tokenExpiresAt: string | null;
  /** Counts changes; a change names the version that it is based on (compare-and-swap). */
  version: number;
  /** Who installed the app; null if it was no person of this deployment. */
  installedBy: string | null;
  installedAt: string;
  /** Set once Slack no longer accepts its token, or the app was removed. */
  endedAt: string | null;
  /** A code, such as `app_uninstalled` or `token_revoked`. */
  endReason: string | null;
}

/** Links a Slack account to a person. */
export interface SlackAccount {
  /** The account's own: `E…` in a Grid, else `T…`. */
  workspace: string;
  /** `U…` or `W…` */
  user: string;
  /** The workspace of the Grid that it was linked from; null outside one. */
  team: string | null;
  person: string;
  way: SlackLinkWay;
  linkedAt: string;
  /** The link expires then, until the account is linked again. */
  expiresAt: string;
}

/** A message in Slack that is updated with its request. */
export interface SlackPost {
  /** `req_…`, or the name of a message about several requests. */
  request: string;
  /** As deliveries name it. */
  recipient: string;
  /** Of the installation that posted it. */
  workspace: string;
  channel: string;
  /** Slack's name of the message in its channel. */
  ts: string;
  /** SHA-256 of its content, hex: an unchanged message is not sent again. */
  shown: string;
  postedAt: string;
  updatedAt: string;
}

export interface SlackInstallationRepository {
  /** In any state. */
  find(workspace: string): Promise<SlackInstallation | null>;
  /** All, by workspace. */
  list(): Promise<SlackInstallation[]>;
  /** Inserts it, or replaces the one of this workspace; its version is the next. */
  save(installation: Omit<SlackInstallation, 'version'>): Promise<void>;
  /**
   * Replaces the tokens of this version (compare-and-swap).
   * @returns false if another broker was faster
   */
  rotate(
    workspace: string,
    version: number,
    tokens: Pick<SlackInstallation, 'token' | 'refreshToken' | 'tokenExpiresAt'>,
  ): Promise<boolean>;
  /** Marks it ended and deletes its tokens. @returns false if it had ended, or does not exist */
  end(workspace: string, reason: string, at: string): Promise<boolean>;
}

export interface SlackAccountRepository {
  /**
   * In any state: the caller checks its expiry and its person. Found by its Grid or its workspace, and by the workspace
   * of the Grid that it was linked from: in a shared channel Slack names only the workspace of the person who clicks.
   */
  find(workspace: string, user: string): Promise<SlackAccount | null>;
  /** By when they were linked, newest first. */
  ofPerson(person: string): Promise<SlackAccount[]>;
  /** The accounts of all these persons. */
  ofPersons(persons: readonly string[]): Promise<SlackAccount[]>;
  /** Inserts the link, or replaces the earlier link of this account. */
  save(account: SlackAccount): Promise<void>;
  /** @returns false if it is not this person's */
  forget(person: string, workspace: string, user: string): Promise<boolean>;
  forgetAllOf(person: string): Promise<void>;
}

export interface SlackPostRepository {
  /** The messages about one request, by recipient. */
  ofRequest(request: string): Promise<SlackPost[]>;
  find(request: string, recipient: string): Promise<SlackPost | null>;
  /** Inserts it, or replaces the one of this request and recipient. */
  save(post: SlackPost): Promise<void>;
  /** Deletes what has not changed since this instant. @returns how many */
  prune(before: string): Promise<number>;
}

/** Hashes of what came in once and is not accepted again. */
export interface SlackSeenRepository {
  /**
   * Stores it until that instant.
   * @param hash SHA-256 (hex) of a signature or an event's id
   * @returns false if it was stored already
   */
  note(hash: string, until: string): Promise<boolean>;
  /** Deletes it: the work that it stood for was not done. */
  forget(hash: string): Promise<void>;
  purge(before: string): Promise<void>;
}
