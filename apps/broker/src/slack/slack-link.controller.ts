import {
  linkSlackAccount,
  listSlackAccounts,
  notFound,
  type Principal,
  requireMayLinkSlack,
  type SlackAccount,
  unlinkSlackAccount,
} from '@countersign/access';
import {
  type NextAddress,
  type SlackAccount as SlackAccountAnswer,
  type SlackAccounts,
  slackLinkEndpoints,
} from '@countersign/api';
import type { SlackIntegration } from '@countersign/slack';
import { Controller, Inject, Param, Req, Res } from '@nestjs/common';
import type { Response } from 'express';
import { type BrokerDeps, type BrokerSettings, DEPS, SETTINGS, SLACK } from '../core.module.js';
import { sendOn } from '../http/cookies.js';
import { Endpoint } from '../http/endpoint.js';
import { CurrentPrincipal, CurrentSession } from '../http/input.js';
import { HttpProblem } from '../http/problem.js';
import type { BrokerRequest } from '../http/request.js';
import { SignInWithSlack } from './sign-in-with-slack.js';
import { SlackRoundTrip } from './slack-round-trip.js';

const START = '/slack/link';
const CALLBACK = '/slack/link/callback';

/** One's own Slack accounts. To link one, the person signs in here first, then with Slack. */
@Controller()
export class SlackLinkController {
  constructor(
    @Inject(DEPS) private readonly deps: BrokerDeps,
    @Inject(SETTINGS) private readonly settings: BrokerSettings,
    @Inject(SLACK) private readonly slack: SlackIntegration | null,
    private readonly trip: SlackRoundTrip,
    private readonly signIn: SignInWithSlack,
  ) {}

  @Endpoint(slackLinkEndpoints.link)
  async link(
    @CurrentPrincipal() principal: Principal,
    @CurrentSession() _session: unknown,
    @Req() request: BrokerRequest,
    @Res() response: Response,
  ): Promise<NextAddress> {
    requireMayLinkSlack(this.deps, principal);
    const { config } = this.trip.side();
    if (config.oauth === null) throw new HttpProblem('not_ready', 'SLACK_CLIENT_ID is not set.');
    const redirectUri = this.settings.publicUrl + CALLBACK;
    const of = { kind: 'slack-link', principal } as const;
    const to = await this.trip.begin(request, response, of, (secrets) =>
      this.signIn.address(config, { ...secrets, redirectUri }),
    );
    return sendOn(request, response, to);
  }

  @Endpoint(slackLinkEndpoints.linked)
  async linked(
    @CurrentPrincipal() principal: Principal,
    @CurrentSession() _session: unknown,
    @Req() request: BrokerRequest,
    @Res() response: Response,
  ): Promise<void> {
    const { config } = this.trip.side();
    await this.trip.orRedirectWithError(request, response, async () => {
      const { query, state, browser } = await this.trip.finish(request, { kind: 'slack-link', principal });
      const answer = new URL(`${this.settings.publicUrl}${CALLBACK}?${query}`);
      const account = await this.signIn.account(config, { answer, state, browser });
      return linkSlackAccount(this.deps, principal, account);
    });
  }

  @Endpoint(slackLinkEndpoints.list)
  async list(@CurrentPrincipal() principal: Principal): Promise<SlackAccounts> {
    const accounts = await listSlackAccounts(this.deps, principal);
    const now = this.deps.clock.now().getTime();
    const canLink = this.slack !== null && this.slack.config.oauth !== null;
    return { link: canLink ? START : null, items: accounts.map((account) => accountAnswer(account, now)) };
  }

  @Endpoint(slackLinkEndpoints.unlink)
  async unlink(@CurrentPrincipal() principal: Principal, @Param('id') id: string): Promise<void> {
    const [, workspace, user] = /^([A-Z0-9]{2,40})\.([A-Z0-9]{2,40})$/.exec(id) ?? [];
    if (workspace === undefined || user === undefined) throw notFound('Slack account');
    await unlinkSlackAccount(this.deps, principal, { workspace, user });
  }
}

const accountAnswer = (
  { workspace, user, way, linkedAt, expiresAt }: SlackAccount,
  now: number,
): SlackAccountAnswer => ({
  ...{ id: `${workspace}.${user}`, workspace, user, way, linkedAt, expiresAt },
  lapsed: Date.parse(expiresAt) <= now,
});
