import { keepInstallation, listInstallations, type Principal } from '@countersign/access';
import { type SlackInstallation, slackInstallEndpoints } from '@countersign/api';
import { Controller, Inject, Req, Res } from '@nestjs/common';
import type { Response } from 'express';
import { type BrokerDeps, type BrokerSettings, DEPS, SETTINGS } from '../core.module.js';
import { redirect } from '../http/cookies.js';
import { Endpoint } from '../http/endpoint.js';
import { CurrentPrincipal } from '../http/input.js';
import { HttpProblem } from '../http/problem.js';
import type { BrokerRequest } from '../http/request.js';
import { loadSlack } from './load-slack.js';
import { SlackRoundTrip, SlackRoundTripError } from './slack-round-trip.js';

const REDIRECT = '/slack/oauth_redirect';

/** Installing the app in a workspace: an authorized person begins it here, agrees at Slack, and returns here. */
@Controller()
export class SlackInstallController {
  constructor(
    @Inject(DEPS) private readonly deps: BrokerDeps,
    @Inject(SETTINGS) private readonly settings: BrokerSettings,
    private readonly trip: SlackRoundTrip,
  ) {}

  @Endpoint(slackInstallEndpoints.install)
  async install(
    @CurrentPrincipal() principal: Principal,
    @Req() request: BrokerRequest,
    @Res() response: Response,
  ): Promise<void> {
    requireOwnNavigation(request);
    const { config } = this.trip.side();
    if (config.oauth === null) throw new HttpProblem('not_ready', 'SLACK_CLIENT_ID is not set.');
    const { installUrl } = await loadSlack();
    const of = { kind: 'slack-install', principal } as const;
    const to = await this.trip.begin(request, response, of, ({ state }) =>
      installUrl(config, { state, redirectUri: this.redirectUri() }),
    );
    redirect(response, 302, to);
  }

  @Endpoint(slackInstallEndpoints.installed)
  async installed(
    @CurrentPrincipal() principal: Principal,
    @Req() request: BrokerRequest,
    @Res() response: Response,
  ): Promise<void> {
    const { config, logger, installations } = this.trip.side();
    const { exchangeCode, InstallError } = await loadSlack();
    await this.trip.orRedirectWithError(request, response, async () => {
      const { query } = await this.trip.finish(request, { kind: 'slack-install', principal });
      const code = query.get('code') ?? '';
      const installation = await exchangeCode(config, logger, {
        ...{ code, redirectUri: this.redirectUri() },
        now: this.deps.clock.now(),
      }).catch((error: unknown) => {
        throw new SlackRoundTripError(
          error instanceof InstallError ? 'answer_invalid' : 'slack_unavailable',
          error,
        );
      });
      await keepInstallation(this.deps, principal, installation);
      installations.forget(installation.workspace);
      return 'installed';
    });
  }

  @Endpoint(slackInstallEndpoints.list)
  async list(@CurrentPrincipal() principal: Principal) {
    const all = await listInstallations(this.deps, principal);
    return {
      items: all.map(
        ({ workspace, name, scopes, installedAt, endedAt, endReason }): SlackInstallation => ({
          ...{ workspace, name, scopes, installedAt, endedAt, endReason },
        }),
      ),
      next: null,
    };
  }

  private redirectUri(): string {
    return this.settings.publicUrl + REDIRECT;
  }
}

/**
 * An administrator types this address or follows a link of the broker. Another site must not begin an installation in their
 * browser: one press at Slack would then install the app in whatever workspace they are signed in to there.
 */
function requireOwnNavigation({ headers }: BrokerRequest): void {
  const site = headers['sec-fetch-site'];
  if (site !== undefined && site !== 'none' && site !== 'same-origin')
    throw new HttpProblem(
      'forbidden',
      'Open this address yourself: another site cannot begin an installation.',
    );
}
