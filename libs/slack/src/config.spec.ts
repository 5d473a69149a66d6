import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { COMMAND, SHORTCUT } from './action-ids.js';
import { BOT_EVENTS, BOT_SCOPES, readSlackConfig } from './config.js';

const NONE = { signingSecret: null, clientId: null, clientSecret: null, appToken: null, apiUrl: null };

test('the addresses are Slack’s, unless the environment names another API', () => {
  expect(readSlackConfig(NONE)).toMatchObject({
    apiUrl: 'https://slack.com/api/',
    site: 'https://slack.com',
  });
  expect(readSlackConfig({ ...NONE, apiUrl: 'http://localhost:4700/api' })).toMatchObject({
    apiUrl: 'http://localhost:4700/api/',
    site: 'http://localhost:4700',
  });
});

test('without a client id there is no OAuth', () => {
  expect(readSlackConfig({ ...NONE, signingSecret: 's' }).oauth).toBeNull();
  expect(readSlackConfig({ ...NONE, clientId: '1.2', clientSecret: 'c' }).oauth).toEqual({
    clientId: '1.2',
    clientSecret: 'c',
  });
});

describe('the manifest', () => {
  const manifest = parse(readFileSync(join(process.cwd(), 'docs/slack/manifest.yaml'), 'utf8'));

  test('asks for the scopes and events that the app uses, and no others', () => {
    expect(manifest.oauth_config.scopes).toEqual({ user: ['openid'], bot: [...BOT_SCOPES] });
    expect(manifest.settings.event_subscriptions.bot_events).toEqual([...BOT_EVENTS]);
  });

  test('names the command, the shortcut and the addresses that the broker serves', () => {
    expect(manifest.features.slash_commands.map(({ command }: { command: string }) => command)).toEqual([
      COMMAND,
    ]);
    expect(manifest.features.shortcuts.map((each: { callback_id: string }) => each.callback_id)).toEqual([
      SHORTCUT,
    ]);
    const paths = [
      manifest.features.slash_commands[0].url,
      manifest.settings.event_subscriptions.request_url,
      manifest.settings.interactivity.request_url,
      ...manifest.oauth_config.redirect_urls,
    ].map((url: string) => new URL(url).pathname);
    expect(paths).toEqual([
      ...['/slack/events', '/slack/events', '/slack/events'],
      ...['/slack/oauth_redirect', '/slack/link/callback'],
    ]);
  });
});
