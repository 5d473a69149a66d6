import type { SlackInstallation } from '@countersign/access';
import { BOT_SCOPES } from '@countersign/slack';
import { SlackStandIn } from '../../../../test/fakes/slack/stand-in.js';
import { checkSlack } from './slack.js';

let slack: SlackStandIn;
beforeAll(async () => {
  slack = await SlackStandIn.start({ requestUrl: () => null });
});
afterAll(() => slack.stop());

const environment = () => {
  const { signingSecret, clientId, clientSecret } = slack.app;
  return { signingSecret, clientId, clientSecret, appToken: null, apiUrl: slack.apiUrl };
};
let count = 0;
/** A workspace with the app and a channel, of no one else. */
function place(invited: boolean) {
  count += 1;
  const workspace = slack.workspace(`T0ACME${count}`);
  const channel = workspace.channel(`C0LOCKBOX${count}`, { kind: 'public' });
  const { token } = workspace.install(BOT_SCOPES);
  if (invited) workspace.invite(channel);
  const installation: SlackInstallation = {
    ...{ workspace: workspace.id, name: 'Acme', appId: 'A1', botId: 'B1', botUser: 'U0BOT', scopes: [] },
    ...{ token, refreshToken: null, tokenExpiresAt: null, version: 1 },
    ...{ installedBy: null, installedAt: '2026-11-24T15:00:00Z', endedAt: null, endReason: null },
  };
  return {
    channel,
    installation,
    places: [{ who: 'acme', place: { teamId: workspace.id, channelId: channel.id } }],
  };
}
const found = async (places: Parameters<typeof checkSlack>[1], installations: SlackInstallation[]) =>
  (await checkSlack(environment(), places, installations)).filter(({ name }) => name === 'slack');

test('without Slack there is no finding, unless someone should receive notices there', async () => {
  const { places } = place(true);
  expect(await checkSlack(null, [], [])).toEqual([]);
  expect(await checkSlack(null, places, [])).toMatchObject([{ status: 'failed' }]);
});

test('a channel that can receive messages is fine, and so is a clock that agrees', async () => {
  const { places, installation } = place(true);
  const findings = await checkSlack(environment(), places, [installation]);
  expect(findings.map(({ name, status }) => [name, status])).toEqual([
    ['slack clock', 'ok'],
    ['slack', 'ok'],
  ]);
  expect(slack.answers('chat.postMessage')).toEqual([]);
});

test('P11: each fault is reported with its fix, and without the token', async () => {
  const { places, installation, channel } = place(false);
  const detail = async (installations: SlackInstallation[]) => {
    const [finding] = await found(places, installations);
    expect(finding).toMatchObject({ status: 'failed', mend: expect.any(String) });
    expect(JSON.stringify(finding)).not.toContain(installation.token);
    return finding?.detail;
  };
  expect(await detail([])).toContain('not installed');
  expect(
    await detail([{ ...installation, endedAt: '2026-11-24T16:00:00Z', endReason: 'app_uninstalled' }]),
  ).toContain('removed there (app_uninstalled)');
  expect(await detail([{ ...installation, token: 'xoxb-wrong' }])).toContain(
    'refuses its token (invalid_auth)',
  );
  expect(await detail([installation])).toContain('the app is not in the channel');
  channel.archived = true;
  expect(await detail([installation])).toContain('archived');
});

test('an unreachable Slack is reported', async () => {
  const { places, installation } = place(true);
  slack.troubles.down();
  const findings = await checkSlack(environment(), places, [installation]);
  slack.troubles.up();
  expect(findings.map(({ name, status }) => [name, status])).toEqual([
    ['slack clock', 'skipped'],
    ['slack', 'failed'],
  ]);
  expect(findings[1]?.detail).toContain('does not answer');
});
