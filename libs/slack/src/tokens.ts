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

/** Known for so long without asking the store: what is pressed wants its answer within 3 s, whatever the store does. */
const FRESH_MS = 30_000;
/** Rotated while the old token is good for so long yet: Slack gives a token for 12 hours. */
const AHEAD_MS = 2 * 3_600_000;
/** Whoever began to rotate is given so long. */
const LEASE_MS = 60_000;
const MOST_WORKSPACES = 10_000;

/** A workspace's installation as calls need it. */
export type LiveInstallation = SlackInstallation;

/**
 * The installations and their tokens. A refresh token serves once: of several brokers one takes it, by a note that all
 * of them see, while the others go on with the token that is still good; what comes of it takes the old one's place only
 * where that stands unchanged.
 */
export class Installations {
  private readonly known: LRUCache<string, { installation: SlackInstallation | null; readAt: number }>;
  private readonly reading = new Map<string, Promise<SlackInstallation | null>>();

  constructor(
    private readonly deps: Deps,
    private readonly config: SlackConfig,
    private readonly logger: Logger,
  ) {
    this.known = new LRUCache({ max: MOST_WORKSPACES });
  }

  /**
   * Reads all there are and renews what lapses soon, so that the first press of the day is answered as quickly as the
   * second. One that cannot be renewed holds up no other.
   */
  async warm(): Promise<void> {
    const all = await this.deps.store.slack.read((unit) => unit.slackInstallations.list());
    for (const installation of all) this.remember(installation.workspace, installation);
    const live = all.filter(({ endedAt }) => endedAt === null);
    await Promise.allSettled(live.map((installation) => this.rotated(installation)));
  }

  /**
   * The installation that covers one of these workspaces, the first that is not over. What is known is given at once
   * and read anew behind it.
   */
  async covering(workspaces: readonly (string | null)[]): Promise<LiveInstallation | null> {
    for (const workspace of workspaces) {
      if (workspace === null) continue;
      const found = await this.find(workspace);
      if (found !== null && found.endedAt === null) return found;
    }
    return null;
  }

  /** As it stands in the store, with a token that is good; null where it is over, or never was. */
  async current(workspace: string): Promise<LiveInstallation | null> {
    const found = await this.read(workspace);
    return found === null || found.endedAt !== null ? null : this.rotated(found);
  }

  /**
   * Its token was refused: it is over unless another was put in its place meanwhile, or can be.
   *
   * @returns whether it ended
   */
  async refused(installation: SlackInstallation, code: string): Promise<boolean> {
    if (code === 'token_expired' && installation.refreshToken !== null) return false;
    const now = await this.read(installation.workspace);
    if (now === null || now.version !== installation.version) return false;
    return this.end(installation.workspace, code);
  }

  async end(workspace: string, reason: string, saidAt: Date | null = null): Promise<boolean> {
    const ended = await endInstallation(this.deps, workspace, reason, saidAt);
    this.known.delete(workspace);
    return ended;
  }

  forget(workspace: string): void {
    this.known.delete(workspace);
  }

  private async find(workspace: string): Promise<SlackInstallation | null> {
    const known = this.known.get(workspace);
    if (known === undefined) return this.read(workspace);
    if (known.installation !== null && this.isOver(known.installation)) return this.current(workspace);
    if (Date.now() - known.readAt > FRESH_MS)
      this.current(workspace).catch(() => {
        // It is asked for again by whoever comes next; what they press says what is wrong.
      });
    return known.installation;
  }

  private read(workspace: string): Promise<SlackInstallation | null> {
    const under = this.reading.get(workspace);
    if (under !== undefined) return under;
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
    if (Date.parse(tokenExpiresAt) - now > AHEAD_MS) return installation;
    const lease = hexDigest(this.deps.hashing, `rotate ${workspace} ${version}`);
    const until = new Date(now + LEASE_MS).toISOString();
    const mine = await this.deps.store.slack.write(async ({ slackSeen: seen }) => {
      await seen.purge(new Date(now).toISOString());
      return seen.note(lease, until);
    });
    // Whoever is at it has not finished: a token that is still good serves meanwhile, another is waited for.
    if (!mine && this.isOver(installation)) throw new DeliveryFailure('slack_token_expired');
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
      const over = endsInstallation(code) || code === 'invalid_refresh_token';
      if (over && this.isOver(installation)) await this.refused(installation, code);
      else await this.deps.store.slack.write(({ slackSeen }) => slackSeen.forget(lease));
      return installation;
    }
    const tokens = tokensOf(answer, this.deps.clock.now());
    if (tokens === null) return installation;
    const kept = await this.deps.store.slack.write((unit) =>
      unit.slackInstallations.rotate(workspace, version, tokens),
    );
    // Somebody installed it anew meanwhile: theirs counts.
    if (!kept) return (await this.read(workspace)) ?? installation;
    const after = { ...installation, ...tokens, version: version + 1 };
    this.remember(workspace, after);
    return after;
  }

  private isOver({ tokenExpiresAt }: SlackInstallation): boolean {
    return tokenExpiresAt !== null && Date.parse(tokenExpiresAt) <= this.deps.clock.now().getTime();
  }
}

/** The tokens of an answer; null where there is none. */
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
