import {
  DeliveryFailure,
  type Deps,
  endInstallation,
  hexDigest,
  type SlackInstallation,
} from '@countersign/access';
import type { Logger, OauthV2AccessResponse } from '@slack/web-api';
import { LRUCache } from 'lru-cache';
import { endsInstallation, slackClient, slackError } from './client.js';
import type { SlackConfig } from './config.js';

/** How long a cached installation counts as fresh. Slack waits 3 s for an answer, so a press should not wait for the store. */
const FRESH_MS = 30_000;
/** A token is rotated when it is valid for less than this. Slack issues tokens for 12 hours. */
const ROTATE_AHEAD_MS = 2 * 3_600_000;
/** How long one broker has to rotate a token before another may try. */
const LEASE_MS = 60_000;
const MAX_WORKSPACES = 10_000;

/** An installation that has not ended. */
export type LiveInstallation = SlackInstallation;

/**
 * The installations and their tokens. A refresh token works once. So one broker takes a lease in the store before it
 * rotates, and the others keep using the old token, which is still valid. The new tokens are saved only if the
 * installation has not changed since.
 */
export class Installations {
  private readonly known: LRUCache<string, { installation: SlackInstallation | null; readAt: number }>;
  private readonly reading = new Map<string, Promise<SlackInstallation | null>>();

  constructor(
    private readonly deps: Deps,
    private readonly config: SlackConfig,
    private readonly logger: Logger,
  ) {
    this.known = new LRUCache({ max: MAX_WORKSPACES });
  }

  /**
   * Loads every installation into the cache and rotates tokens that expire soon, so that the first press of the day is
   * as quick as the second. A rotation that fails does not stop the others.
   */
  async warm(): Promise<void> {
    const all = await this.deps.store.slack.read((unit) => unit.slackInstallations.list());
    for (const installation of all) this.remember(installation.workspace, installation);
    const live = all.filter(({ endedAt }) => endedAt === null);
    await Promise.allSettled(live.map((installation) => this.rotated(installation)));
  }

  /**
   * The first installation that covers one of these workspaces and has not ended; null if there is none. Returns the
   * cached one at once and refreshes it in the background.
   */
  async covering(workspaces: readonly (string | null)[]): Promise<LiveInstallation | null> {
    for (const workspace of workspaces) {
      if (workspace === null) continue;
      const found = await this.find(workspace);
      if (found !== null && found.endedAt === null) return found;
    }
    return null;
  }

  /** Reads the installation from the store, with a valid token; null if it has ended or never existed. */
  async current(workspace: string): Promise<LiveInstallation | null> {
    const found = await this.read(workspace);
    return found === null || found.endedAt !== null ? null : this.rotated(found);
  }

  /**
   * Handles a token that Slack rejected. Ends the installation, unless its token was replaced since or can still be
   * refreshed.
   *
   * @returns whether the installation ended
   */
  async refused(installation: SlackInstallation, code: string): Promise<boolean> {
    if (code === 'token_expired' && installation.refreshToken !== null) return false;
    const now = await this.read(installation.workspace);
    if (now === null || now.version !== installation.version) return false;
    return this.end(installation.workspace, code);
  }

  async end(workspace: string, reason: string, sentAt: Date | null = null): Promise<boolean> {
    const ended = await endInstallation(this.deps, workspace, reason, sentAt);
    this.known.delete(workspace);
    return ended;
  }

  forget(workspace: string): void {
    this.known.delete(workspace);
  }

  private async find(workspace: string): Promise<SlackInstallation | null> {
    const known = this.known.get(workspace);
    if (known === undefined) return this.read(workspace);
    if (known.installation !== null && this.isExpired(known.installation)) return this.current(workspace);
    if (Date.now() - known.readAt > FRESH_MS)
      this.current(workspace).catch(() => {
        // The next call reads it again and reports the error.
      });
    return known.installation;
  }

  private read(workspace: string): Promise<SlackInstallation | null> {
    const inProgress = this.reading.get(workspace);
    if (inProgress !== undefined) return inProgress;
    const reading = this.deps.store.slack
      .read((unit) => unit.slackInstallations.find(workspace))
      .then((installation) => this.remember(workspace, installation))
      .finally(() => this.reading.delete(workspace));
    this.reading.set(workspace, reading);
    return reading;
  }

  private remember(workspace: string, installation: SlackInstallation | null): SlackInstallation | null {
    this.known.set(workspace, { installation, readAt: Date.now() });
    return installation;
  }

  private async rotated(installation: SlackInstallation): Promise<SlackInstallation> {
    const { workspace, version, refreshToken, tokenExpiresAt } = installation;
    const now = this.deps.clock.now().getTime();
    if (refreshToken === null || tokenExpiresAt === null || this.config.oauth === null) return installation;
    if (Date.parse(tokenExpiresAt) - now > ROTATE_AHEAD_MS) return installation;
    const lease = hexDigest(this.deps.hashing, `rotate ${workspace} ${version}`);
    const until = new Date(now + LEASE_MS).toISOString();
    const mine = await this.deps.store.slack.write(async ({ slackSeen: seen }) => {
      await seen.purge(new Date(now).toISOString());
      return seen.note(lease, until);
    });
    // Another broker is rotating it. Use the old token while it is valid, else let the outbox retry.
    if (!mine && this.isExpired(installation)) throw new DeliveryFailure('slack_token_expired');
    if (!mine) return installation;
    return this.rotate(installation, refreshToken, lease);
  }

  private async rotate(
    installation: SlackInstallation,
    refreshToken: string,
    lease: string,
  ): Promise<SlackInstallation> {
    const { workspace, version } = installation;
    const oauth = this.config.oauth;
    if (oauth === null) return installation;
    let answer: OauthV2AccessResponse;
    try {
      answer = await slackClient(this.config, this.logger, null).oauth.v2.access({
        client_id: oauth.clientId,
        client_secret: oauth.clientSecret,
        grant_type: 'refresh_token',
        refresh_token: refreshToken,
      });
    } catch (error) {
      const code = slackError(error);
      const hasEnded = endsInstallation(code) || code === 'invalid_refresh_token';
      if (hasEnded && this.isExpired(installation)) await this.refused(installation, code);
      else await this.deps.store.slack.write(({ slackSeen }) => slackSeen.forget(lease));
      return installation;
    }
    const tokens = tokensOf(answer, this.deps.clock.now());
    if (tokens === null) return installation;
    const isSaved = await this.deps.store.slack.write((unit) =>
      unit.slackInstallations.rotate(workspace, version, tokens),
    );
    // The app was installed again meanwhile: that installation counts.
    if (!isSaved) return (await this.read(workspace)) ?? installation;
    const after = { ...installation, ...tokens, version: version + 1 };
    this.remember(workspace, after);
    return after;
  }

  private isExpired({ tokenExpiresAt }: SlackInstallation): boolean {
    return tokenExpiresAt !== null && Date.parse(tokenExpiresAt) <= this.deps.clock.now().getTime();
  }
}

/** The tokens in an OAuth answer; null if there is none. */
export function tokensOf(
  answer: Pick<OauthV2AccessResponse, 'access_token' | 'refresh_token' | 'expires_in'>,
  now: Date,
): Pick<SlackInstallation, 'token' | 'refreshToken' | 'tokenExpiresAt'> | null {
  const { access_token: token, refresh_token: refreshToken, expires_in: seconds } = answer;
  if (token === undefined) return null;
  return {
    token,
    refreshToken: refreshToken ?? null,
    tokenExpiresAt: seconds === undefined ? null : new Date(now.getTime() + seconds * 1000).toISOString(),
  };
}
