import { z } from 'zod';
import { named, pageOf } from './components.js';
import { endpoint } from './endpoint.js';
import { instant, nextAddressSchema } from './members.js';

const installationSchema = named(
  'SlackInstallation',
  'A Slack workspace in which the app is installed.',
  z.object({
    workspace: z.string().describe('`T…`, or `E…` for a whole Grid.'),
    name: z.string(),
    scopes: z.array(z.string()),
    installedAt: instant(),
    endedAt: instant().nullable(),
    endReason: z.string().nullable().describe('A code, such as `app_uninstalled`.'),
  }),
);
export type SlackInstallation = z.infer<typeof installationSchema>;

const installationPageSchema = pageOf('SlackInstallationPage', installationSchema);

/** Installing the app in Slack workspaces. */
export const slackInstallEndpoints = {
  install: endpoint({
    route: 'GET /slack/install',
    callers: { people: 'slack.install' },
    summary: 'Install the app in a Slack workspace',
    description:
      'In a browser, by the vendor’s `security-admin` or a tenant’s `admin`, who open this address themselves: a link on another site is refused.',
    answer: { status: 302, description: 'To Slack, where the workspace agrees.' },
    errors: ['not_ready'],
  }),
  installed: endpoint({
    route: 'GET /slack/oauth_redirect',
    callers: { people: 'slack.install' },
    summary: 'Where Slack sends browsers back to after an install',
    description: 'It stores the workspace’s installation, for the admin who began, in the same browser.',
    answer: { status: 303, description: 'To `/account?slack=installed`, or with an error code.' },
    errors: ['not_ready'],
  }),
  list: endpoint({
    route: 'GET /api/v1/slack/installations',
    callers: { people: 'slack.read' },
    summary: 'List the Slack workspaces that have the app',
    description: 'A tenant’s admin sees those of the tenant.',
    answer: {
      status: 200,
      description: 'All of them, by workspace; `next` is null.',
      schema: installationPageSchema,
    },
  }),
};

const accountSchema = named(
  'SlackAccount',
  'A Slack account that is linked to a person.',
  z.object({
    id: z.string().describe('Workspace and user: `T0ACME.U0ADA`.'),
    workspace: z.string(),
    user: z.string(),
    way: z.enum(['sign-in', 'email']).describe('`email`: by the address that Slack has verified.'),
    linkedAt: instant(),
    expiresAt: instant().describe('When it must be linked again.'),
    lapsed: z.boolean(),
  }),
);
export type SlackAccount = z.infer<typeof accountSchema>;

const accountsSchema = named(
  'SlackAccounts',
  'The caller’s Slack accounts.',
  z.object({
    link: z.string().nullable().describe('Where a page sends a POST to link one; null without Slack.'),
    items: z.array(accountSchema),
  }),
);
export type SlackAccounts = z.infer<typeof accountsSchema>;

/** One's own Slack accounts. */
export const slackLinkEndpoints = {
  link: endpoint({
    route: 'POST /slack/link',
    callers: { people: 'slack.link' },
    summary: 'Link one’s own Slack account',
    description:
      'In a signed-in browser, begun by a page of this broker, after a sign-in in the last ten minutes. Only an account of the workspace of the person’s side can be linked.',
    answer: {
      status: 200,
      description: 'For `Accept: application/json`: Slack’s address, where the account’s owner signs in.',
      schema: nextAddressSchema,
    },
    redirect: { status: 303, description: 'For any other `Accept`: a redirect to the same address.' },
    errors: ['not_ready', 'fresh_sign_in_required'],
  }),
  linked: endpoint({
    route: 'GET /slack/link/callback',
    callers: { people: 'slack.link' },
    summary: 'Where Slack sends browsers back to after a sign-in',
    description: 'It links the Slack account to the person who began, in the same browser.',
    answer: { status: 303, description: 'To `/account?slack=linked`, or with an error code.' },
    errors: ['not_ready'],
  }),
  list: endpoint({
    route: 'GET /api/v1/slack/accounts',
    callers: { people: 'self.read' },
    summary: 'List one’s own Slack accounts',
    description: 'One in each workspace at most.',
    answer: {
      status: 200,
      description: 'All of them, newest first, with those that have lapsed.',
      schema: accountsSchema,
    },
  }),
  unlink: endpoint({
    route: 'DELETE /api/v1/slack/accounts/{id}',
    callers: { people: 'slack.unlink' },
    summary: 'Unlink one’s own Slack account',
    description:
      'Only in the person’s own browser session, after a sign-in in the last ten minutes. Presses by this account decide nothing from then on, and the person gets no messages there. They are notified by every other way.',
    answer: { status: 204, description: 'It is unlinked.' },
    errors: ['not_found', 'fresh_sign_in_required'],
  }),
};
