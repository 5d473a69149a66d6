import {
  linkSlackAccount,
  listSlackAccounts,
  notFound,
  type Principal,
  type SlackAccount,
  unlinkSlackAccount,
} from '@countersign/access';
import type { SlackSide } from '@countersign/slack';
import { Controller, Delete, Get, Inject, Param, Req, Res } from '@nestjs/common';
import type { Response } from 'express';
import { z } from 'zod';
import { Describe } from '../http/endpoint.js';
import { CurrentPrincipal, CurrentSession } from '../http/input.js';
import { Allow } from '../http/marks.js';
import { HttpProblem } from '../http/problem.js';
import type { BrokerRequest } from '../http/request.js';
import { type BrokerDeps, type BrokerSettings, DEPS, SETTINGS, SLACK } from '../injection.js';
import { component, instant } from '../openapi/components.js';
import { SlackRoundTrip } from './round-trip.js';
import { SignInWithSlack } from './sign-in-with-slack.js';

const START = '/slack/link';
const CALLBACK = '/slack/link/callback';

const accountShape = component(
  'SlackAccount',
  z.object({
    id: z.string().describe('Workspace and user: `T0ACME.U0ADA`.'),
    workspace: z.string(),
    user: z.string(),
    way: z.enum(['sign-in', 'email']).describe('`email`: by the address that Slack has verified.'),
    linkedAt: instant(),
    expiresAt: instant().describe('From then on it is to be linked again.'),
    lapsed: z.boolean(),
  }),
);
const accountsShape = component(
  'SlackAccounts',
  z.object({
    link: z.string().nullable().describe('Where to send the browser to link one; null without Slack.'),
    items: z.array(accountShape),
  }),
);

/** One's own Slack accounts: linked by signing in here first, then with Slack. */
@Controller()
export class SlackLinkController {
  constructor(
    @Inject(DEPS) private readonly deps: BrokerDeps,
    @Inject(SETTINGS) private readonly settings: BrokerSettings,
    @Inject(SLACK) private readonly slack: SlackSide | null,
    private readonly trip: SlackRoundTrip,
    private readonly signIn: SignInWithSlack,
  ) {}

  @Get('slack/link')
  @Allow('self.read')
  @Describe({
    summary: 'Link one’s own Slack account',
    description: 'In a signed-in browser.',
    answer: { status: 302, description: 'To Slack, where its owner signs in.' },
    redirect: { status: 303, description: '`/account?slack=CODE` where Slack cannot be asked.' },
    errors: ['not_ready'],
  })
  async link(
    @CurrentPrincipal() principal: Principal,
    @CurrentSession() _session: unknown,
    @Req() request: BrokerRequest,
    @Res() response: Response,
  ): Promise<void> {
    const { config } = this.trip.side();
    if (config.oauth === null) throw new HttpProblem('not_ready', 'SLACK_CLIENT_ID is not set.');
    const redirectUri = this.settings.publicUrl + CALLBACK;
    await this.trip.begin(request, response, { kind: 'slack-link', principal }, (secrets) =>
      this.signIn.address(config, { ...secrets, redirectUri }),
    );
  }

  @Get('slack/link/callback')
  @Allow('self.read')
  @Describe({
    summary: 'Where Slack sends browsers back to after a sign-in',
    answer: { status: 303, description: 'To `/account?slack=linked`, or with what was wrong.' },
    errors: ['not_ready'],
  })
  async linked(
    @CurrentPrincipal() principal: Principal,
    @CurrentSession() _session: unknown,
    @Req() request: BrokerRequest,
    @Res() response: Response,
  ): Promise<void> {
    const { config } = this.trip.side();
    await this.trip.orTellWhy(request, response, async () => {
      const { query, state, browser } = await this.trip.back(request, { kind: 'slack-link', principal });
      const answer = new URL(`${this.settings.publicUrl}${CALLBACK}?${query}`);
      await linkSlackAccount(
        this.deps,
        principal,
        await this.signIn.account(config, { answer, state, browser }),
      );
      return 'linked';
    });
  }

  @Get('api/v1/slack/accounts')
  @Allow('self.read')
  @Describe({
    summary: 'List one’s own Slack accounts',
    answer: {
      status: 200,
      description: 'All of them, newest first, lapsed ones too.',
      schema: accountsShape,
    },
  })
  async list(@CurrentPrincipal() principal: Principal): Promise<z.infer<typeof accountsShape>> {
    const accounts = await listSlackAccounts(this.deps, principal);
    const now = this.deps.clock.now().getTime();
    const canLink = this.slack !== null && this.slack.config.oauth !== null;
    return { link: canLink ? START : null, items: accounts.map((account) => answerOf(account, now)) };
  }

  @Delete('api/v1/slack/accounts/:id')
  @Allow('self.read')
  @Describe({
    summary: 'Unlink one’s own Slack account',
    answer: { status: 204, description: 'It is nobody’s.' },
    errors: ['not_found'],
  })
  async unlink(@CurrentPrincipal() principal: Principal, @Param('id') id: string): Promise<void> {
    const [, workspace, user] = /^([A-Z0-9]{2,40})\.([A-Z0-9]{2,40})$/.exec(id) ?? [];
    if (workspace === undefined || user === undefined) throw notFound('Slack account');
    await unlinkSlackAccount(this.deps, principal, { workspace, user });
  }
}

const answerOf = (
  { workspace, user, way, linkedAt, expiresAt }: SlackAccount,
  now: number,
): z.infer<typeof accountShape> => ({
  ...{ id: `${workspace}.${user}`, workspace, user, way, linkedAt, expiresAt },
  lapsed: Date.parse(expiresAt) <= now,
});
