/** By which sign a Slack account is somebody's: they signed in with Slack, or Slack vouches for their address. */
export type SlackLinkWay = 'sign-in' | 'email';

/** The app in one workspace, or in a whole Enterprise Grid. Tokens stand sealed in the store. */
export interface SlackInstallation {
  /** `E…` for a Grid-wide install, else `T…`: what the installation is found by. */
  workspace: string;
  /** What Slack calls it; words, never trusted. */
  name: string;
  appId: string;
  botId: string;
  /** `U…`: the app's own user there. */
  botUser: string;
  scopes: string[];
  /** `xoxb-…` or `xoxe.xoxb-…` */
  token: string;
  /** Null where tokens are not rotated. */
  refreshToken: string | null;
  tokenExpiresAt: string | null;
  /** Counts changes; a change names the version that it was made from (compare-and-swap). */
  version: number;
  /** Who let the app in; null where nobody here did. */
  installedBy: string | null;
  installedAt: string;
  /** Set once Slack no longer takes its token, or the app was removed. */
  endedAt: string | null;
  /** A code, such as `app_uninstalled` or `token_revoked`. */
  endReason: string | null;
}

/** Whose Slack account it is. */
export interface SlackAccount {
  /** The account's own: `E…` where it is of a Grid, else `T…`. */
  workspace: string;
  /** `U…` or `W…` */
  user: string;
  /** The workspace of the Grid that it was linked from; null outside one. */
  team: string | null;
  person: string;
  way: SlackLinkWay;
  linkedAt: string;
  /** From then on it is nobody's, until it is linked again. */
  expiresAt: string;
}

/** A message that stands in Slack and follows its request. */
export interface SlackPost {
  /** `req_…`, or the name of a message that is about more than one. */
  request: string;
  /** As deliveries name it. */
  recipient: string;
  /** Of the installation that posted it. */
  workspace: string;
  channel: string;
  /** Slack's name of the message in its channel. */
  ts: string;
  /** SHA-256 of what it shows, hex: alike need not be sent again. */
  shown: string;
  postedAt: string;
  updatedAt: string;
}

export interface SlackInstallationReads {
  /** Whatever its state. */
  find(workspace: string): Promise<SlackInstallation | null>;
  /** All, by workspace. */
  list(): Promise<SlackInstallation[]>;
}

export interface SlackInstallationWrites extends SlackInstallationReads {
  /** Puts it in, or in the place of the one that was there; its version is the next. */
  save(installation: Omit<SlackInstallation, 'version'>): Promise<void>;
  /**
   * Puts tokens in the place of those of this version (compare-and-swap).
   * @returns false where somebody was faster
   */
  rotate(
    workspace: string,
    version: number,
    tokens: Pick<SlackInstallation, 'token' | 'refreshToken' | 'tokenExpiresAt'>,
  ): Promise<boolean>;
  /** Marks it ended and forgets its tokens. @returns false where it had ended, or never was */
  end(workspace: string, reason: string, at: string): Promise<boolean>;
}

export interface SlackAccountReads {
  /**
   * Whatever its state: the caller judges its end and its person. By its Grid or its workspace, and by the workspace of
   * the Grid that it was linked from: in a shared channel Slack names a clicker's workspace alone.
   */
  find(workspace: string, user: string): Promise<SlackAccount | null>;
  /** By when they were linked, newest first. */
  ofPerson(person: string): Promise<SlackAccount[]>;
}

export interface SlackAccountWrites extends SlackAccountReads {
  /** Puts it in, or in the place of what the account was before. */
  save(account: SlackAccount): Promise<void>;
  /** @returns false where it is not this person's */
  forget(person: string, workspace: string, user: string): Promise<boolean>;
  forgetAllOf(person: string): Promise<void>;
}

export interface SlackPostReads {
  /** The messages about one request, by recipient. */
  ofRequest(request: string): Promise<SlackPost[]>;
  find(request: string, recipient: string): Promise<SlackPost | null>;
}

export interface SlackPostWrites extends SlackPostReads {
  /** Puts it in, or in the place of the one that was there. */
  save(post: SlackPost): Promise<void>;
  /** Forgets what has not changed since this instant. @returns how many */
  prune(before: string): Promise<number>;
}

/** What came in once and is not taken again. */
export interface SlackSeen {
  /**
   * Notes it until that instant.
   * @param hash SHA-256 (hex) of a signature or an event's id
   * @returns false where it was there already
   */
  note(hash: string, until: string): Promise<boolean>;
  /** Takes it out again: what it stood for was not done. */
  forget(hash: string): Promise<void>;
  purge(before: string): Promise<void>;
}

/** What Slack's side changes without a log's event: one transaction for which no log is opened. */
export interface SlackUnit {
  installations: SlackInstallationWrites;
  posts: SlackPostWrites;
  seen: SlackSeen;
}
