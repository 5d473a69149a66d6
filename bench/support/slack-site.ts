import { linkSlackAccount, type Organisation } from '@countersign/access';
import type { Person } from '../../test/fakes/slack/people/person.js';
import { SlackStandIn } from '../../test/fakes/slack/stand-in.js';
import type { Workspace } from '../../test/fakes/slack/workspace.js';
import { Site } from '../../test/support/site.js';
import type { Closing } from './closing.js';

/** What the app asks for when it is installed. */
const SCOPES = [
  'chat:write',
  'commands',
  'im:write',
  'im:history',
  'groups:history',
  'groups:read',
  'users:read',
];

/** A broker beside a Slack that keeps to Slack's own rates. */
export class SlackSite {
  private constructor(
    readonly site: Site,
    readonly slack: SlackStandIn,
  ) {}

  static async start(closing: Closing, organisation: Organisation, databaseUrl: string): Promise<SlackSite> {
    let site: Site | undefined;
    const slack = await SlackStandIn.start({
      requestUrl: () => `${site?.brokerUrl}/slack/events`,
      rotation: false,
    });
    closing.add(() => slack.stop());
    const { app, apiUrl } = slack;
    site = await Site.start({
      organisation,
      databaseUrl,
      brokerEnv: {
        SLACK_SIGNING_SECRET: app.signingSecret,
        SLACK_CLIENT_ID: app.clientId,
        SLACK_CLIENT_SECRET: app.clientSecret,
        SLACK_API_URL: apiUrl,
      },
    });
    closing.add(() => site.close());
    return new SlackSite(site, slack);
  }

  /** Lets the app into a workspace, as a finished install leaves it. */
  async install(workspace: Workspace): Promise<void> {
    const { token } = workspace.install(SCOPES);
    const { installation, team } = workspace;
    if (installation === null) throw new Error('not installed');
    const { host } = this.site.store;
    await host.store.slack.write((unit) =>
      unit.slackInstallations.save({
        workspace: team.id,
        name: team.name,
        appId: this.slack.app.appId,
        botId: installation.botId,
        botUser: installation.botUser,
        scopes: SCOPES,
        ...{ token, refreshToken: null, tokenExpiresAt: null },
        ...{ installedBy: null, installedAt: new Date().toISOString(), endedAt: null, endReason: null },
      }),
    );
  }

  /** Links someone's account, as a finished sign-in leaves it. */
  async link(email: string, as: Person): Promise<void> {
    const { host } = this.site.store;
    const [person] = await host.store.directory.read((unit) => unit.organisation.persons(email));
    if (person === undefined) throw new Error(`nobody ${email}`);
    const ids = { team: as.member.team, enterprise: null, user: as.id };
    await linkSlackAccount(host, { person, channel: 'web', assurance: 'oidc' }, ids);
  }
}
