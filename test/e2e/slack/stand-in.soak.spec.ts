import { createPublicKey, type JsonWebKey } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { App, SocketModeReceiver } from '@slack/bolt';
import { ErrorCode, type Logger, LogLevel, WebClient } from '@slack/web-api';
import jwt from 'jsonwebtoken';
import { signature } from '../../fakes/slack/signing.js';
import { SlackStandIn } from '../../fakes/slack/stand-in.js';
import { until } from '../../fakes/until.js';
import { TestClock } from '../harness.js';

type Json = Record<string, unknown>;

const SCOPES = [
  'chat:write',
  'commands',
  'im:write',
  'im:history',
  'groups:history',
  'groups:read',
  'users:read',
];
const SECTION = { type: 'section', text: { type: 'mrkdwn', text: 'Hello *you*' } };
const PRESS = { type: 'button', action_id: 'press', text: { type: 'plain_text', text: 'Press' }, value: 'v' };
const BLOCKS = [SECTION, { type: 'actions', block_id: 'row', elements: [PRESS] }];
const VIEW = {
  type: 'modal' as const,
  callback_id: 'ask',
  title: { type: 'plain_text' as const, text: 'Ask' },
  submit: { type: 'plain_text' as const, text: 'Send' },
  blocks: [
    {
      type: 'input',
      block_id: 'why',
      label: { type: 'plain_text', text: 'Why' },
      element: { type: 'plain_text_input', action_id: 'text' },
    },
  ],
};

/** These tests cause errors on purpose, so nothing is logged. */
const quiet: Logger = {
  ...{ debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined },
  ...{ setLevel: () => undefined, getLevel: () => LogLevel.ERROR, setName: () => undefined },
};

let clock: TestClock;
let slack: SlackStandIn;
let app: Server;
/** What came to the app's address, and what it says to the next. */
let heard: { headers: Json; body: string }[];
let says: (body: string) => unknown;

beforeAll(async () => {
  app = createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request) body += chunk;
    heard.push({ headers: request.headers, body });
    const answer = says(body);
    if (answer === undefined) return void response.writeHead(500).end();
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(answer));
  }).listen(0, '127.0.0.1');
  await once(app, 'listening');
});
afterAll(() => new Promise((resolve) => app.close(resolve)));
beforeEach(async () => {
  heard = [];
  says = () => ({});
  clock = new TestClock();
  const requestUrl = () => `http://127.0.0.1:${(app.address() as AddressInfo).port}/slack/events`;
  slack = await SlackStandIn.start({ requestUrl, clock });
});
afterEach(() => slack.stop());

const client = (token: string) =>
  new WebClient(token, {
    slackApiUrl: slack.apiUrl,
    retryConfig: { retries: 0 },
    rejectRateLimitedCalls: true,
    logger: quiet,
  });
const codeOf = async (call: Promise<unknown>): Promise<string> => {
  try {
    await call;
    return 'ok';
  } catch (error) {
    const { code, data } = error as { code: string; data?: { error: string } };
    return code === ErrorCode.PlatformError ? String(data?.error) : code;
  }
};
function acme() {
  const workspace = slack.workspace('T0ACME', { name: 'Acme' });
  const ada = workspace.user('U0ADA', { name: 'ada', zone: 'Europe/Paris' });
  const channel = workspace.channel('C0LOCKBOX', { name: 'lockbox', members: [ada] });
  const { token, refresh } = workspace.install(SCOPES);
  workspace.invite(channel);
  return { workspace, ada, channel, token, refresh, web: client(token) };
}
const payloadOf = (body: string): Json =>
  JSON.parse(String(new URLSearchParams(body).get('payload'))) as Json;

describe('the stand-in Slack', () => {
  test('a token opens its own workspace alone', async () => {
    const { web, channel } = acme();
    const other = slack.workspace('T0GLOBEX');
    const { token } = other.install(SCOPES);
    expect(await codeOf(web.chat.postMessage({ channel: channel.id, text: 'hi' }))).toBe('ok');
    expect(await codeOf(client(token).chat.postMessage({ channel: channel.id, text: 'hi' }))).toBe(
      'channel_not_found',
    );
    expect(await codeOf(client('xoxb-wrong').auth.test())).toBe('invalid_auth');
    expect(await codeOf(client(token).users.info({ user: 'U0ADA' }))).toBe('user_not_found');
    expect(await codeOf(web.users.lookupByEmail({ email: 'ada@acme.example' }))).toBe('missing_scope');
    expect(
      await codeOf(web.apiCall('chat.postMessage', { channel: channel.id, text: 'hi', colour: 'red' })),
    ).toBe('invalid_arguments');
    expect(await codeOf(web.apiCall('chat.shout'))).toBe('unknown_method');
  });

  test('messages are kept with each edition, shown as people read them', async () => {
    const { web, ada, channel, workspace } = acme();
    const at = Math.floor(Date.UTC(2026, 10, 25, 9, 30) / 1000);
    const text = `*Until* <!date^${at}^{time}|09:30> \`a &lt; b\`, see <https://x.example/a|the page>`;
    const sent = await web.chat.postMessage({ channel: channel.id, text: 'Asked', blocks: BLOCKS });
    await web.chat.postMessage({ channel: channel.id, thread_ts: String(sent.ts), text });
    await web.chat.update({ channel: channel.id, ts: String(sent.ts), text: 'Decided', blocks: [SECTION] });
    const [root] = slack.roots(channel.id);
    expect(root?.editions.map((edition) => edition.text)).toEqual(['Asked', 'Decided']);
    expect(ada.reads(root!)).toBe('Hello you');
    expect(slack.thread(root!).map((message) => ada.reads(message))).toEqual([
      'Until 10:30 AM a < b, see the page',
    ]);
    expect(await codeOf(web.chat.update({ channel: channel.id, ts: '1.000001', text: 'x' }))).toBe(
      'message_not_found',
    );
    expect(
      await codeOf(web.chat.postMessage({ channel: channel.id, text: 'x', thread_ts: '1.000001' })),
    ).toBe('thread_not_found');
    expect(await codeOf(web.chat.postMessage({ channel: channel.id, text: 'x'.repeat(4_001) }))).toBe(
      'msg_too_long',
    );
    expect(await codeOf(web.chat.postMessage({ channel: channel.id, blocks: BLOCKS, text: '' }))).toBe(
      'no_text',
    );
    workspace.team.editWindow = 60;
    clock.advance(61);
    expect(await codeOf(web.chat.update({ channel: channel.id, ts: String(sent.ts), text: 'x' }))).toBe(
      'edit_window_closed',
    );
  });

  test('metadata is given to those who ask for it', async () => {
    const { web, channel } = acme();
    const metadata = { event_type: 'notice', event_payload: { notice: 'ntc_1' } };
    await web.chat.postMessage({ channel: channel.id, text: 'hi', metadata });
    const asked = await web.conversations.history({ channel: channel.id, include_all_metadata: true });
    const silent = await web.conversations.history({ channel: channel.id });
    expect(asked.messages?.map((message) => message.metadata)).toEqual([metadata]);
    expect(silent.messages?.map((message) => message.metadata)).toEqual([undefined]);
  });

  test('one message a second and channel, with a short burst', async () => {
    const { web, channel } = acme();
    const post = () => codeOf(web.chat.postMessage({ channel: channel.id, text: 'hi' }));
    const burst = [await post(), await post(), await post(), await post(), await post()];
    expect(burst).toEqual(['ok', 'ok', 'ok', 'ok', 'ok']);
    expect(await post()).toBe(ErrorCode.RateLimitedError);
    clock.advance(1);
    expect([await post(), await post()]).toEqual(['ok', ErrorCode.RateLimitedError]);
  });

  test('a trigger opens one view, for three seconds, for its own installation', async () => {
    const { web, ada } = acme();
    const trigger = async () => {
      await ada.slash('/access', 'now');
      return String(new URLSearchParams(heard.at(-1)?.body).get('trigger_id'));
    };
    const first = await trigger();
    const opened = await web.views.open({ trigger_id: first, view: VIEW });
    expect(ada.reads(ada.view!)).toBe('Ask\nWhy: []\n[Send]');
    expect(await codeOf(web.views.open({ trigger_id: first, view: VIEW }))).toBe('exchanged_trigger_id');
    expect(await codeOf(web.views.open({ trigger_id: 'made.up', view: VIEW }))).toBe('invalid_trigger_id');
    const late = await trigger();
    clock.advance(3.1);
    expect(await codeOf(web.views.open({ trigger_id: late, view: VIEW }))).toBe('expired_trigger_id');
    const { id, hash } = opened.view!;
    const update = () => codeOf(web.views.update({ view_id: String(id), hash: String(hash), view: VIEW }));
    expect([await update(), await update()]).toEqual(['ok', 'hash_conflict']);
    expect(await codeOf(web.views.update({ view_id: 'V0', view: VIEW }))).toBe('not_found');
    expect(await codeOf(web.views.push({ trigger_id: await trigger(), view: VIEW }))).toBe(
      'invalid_trigger_id',
    );
  });

  test('three views lie on each other, not four', async () => {
    const { web, ada } = acme();
    const blocks = [...VIEW.blocks, { type: 'actions', elements: [PRESS] }];
    const view = { ...VIEW, blocks };
    await ada.slash('/access');
    const trigger = String(new URLSearchParams(heard.at(-1)?.body).get('trigger_id'));
    await web.views.open({ trigger_id: trigger, view });
    const push = async () => {
      await ada.click(ada.view!, 'Press');
      return codeOf(
        web.views.push({ trigger_id: String(payloadOf(String(heard.at(-1)?.body))['trigger_id']), view }),
      );
    };
    expect([await push(), await push(), await push()]).toEqual(['ok', 'ok', 'push_limit_reached']);
  });

  test('a submitted view shows the errors of its fields, and closes without any', async () => {
    const { web, ada } = acme();
    await ada.slash('/access');
    const trigger = String(new URLSearchParams(heard.at(-1)?.body).get('trigger_id'));
    await web.views.open({ trigger_id: trigger, view: VIEW });
    await expect(ada.submit(ada.view!)).rejects.toThrow('why must be filled');
    says = () => ({ response_action: 'errors', errors: { why: 'Say more' } });
    expect((await ada.submit(ada.view!, { Why: 'so' })).errors).toEqual({ why: 'Say more' });
    expect(payloadOf(String(heard.at(-1)?.body))['view']).toMatchObject({
      state: { values: { why: { text: { type: 'plain_text_input', value: 'so' } } } },
    });
    expect(ada.reads(ada.view!)).toContain('Why: [so]\n✗ Say more');
    says = () => ({ response_action: 'errors', errors: { elsewhere: 'Say more' } });
    expect((await ada.submit(ada.view!)).trouble).toContain('invalid_response_errors');
    says = () => ({});
    await ada.submit(ada.view!);
    expect(ada.view).toBeUndefined();
  });

  test('a press is signed, names the presser’s own workspace, and may be answered by its address', async () => {
    const { web, channel, workspace } = acme();
    const gwen = slack.workspace('T0GLOBEX').user('U0GWEN');
    workspace.share(channel, slack.workspace('T0GLOBEX'), [gwen]);
    await web.chat.postMessage({ channel: channel.id, text: 'Asked', blocks: BLOCKS });
    const [message] = slack.roots(channel.id);
    const { acked, request } = await gwen.click(message!, 'Press');
    expect(acked).toBe(true);
    const { headers, body } = heard.at(-1)!;
    const at = Number(headers['x-slack-request-timestamp']);
    expect(headers['x-slack-signature']).toBe(signature(slack.app.signingSecret, at, body));
    expect(request?.body).toBe(body);
    const payload = payloadOf(body);
    expect(payload).toMatchObject({
      type: 'block_actions',
      team: { id: 'T0ACME' },
      user: { id: 'U0GWEN', team_id: 'T0GLOBEX' },
      actions: [{ action_id: 'press', value: 'v', block_id: 'row' }],
    });
    const say = (text: string) =>
      fetch(String(payload['response_url']), { method: 'POST', body: JSON.stringify({ text }) });
    expect((await say('only you')).status).toBe(200);
    expect(gwen.whispers.map(({ text }) => text)).toEqual(['only you']);
    for (let use = 0; use < 4; use += 1) await say('again');
    expect((await say('too often')).status).toBe(404);
    expect((await gwen.slash('/access', '', channel)).trouble).toContain('shared channel');
    await expect(gwen.slash('/access')).rejects.toThrow('not installed in T0GLOBEX');
  });

  test('an event that is not acknowledged is sent again', async () => {
    const { workspace } = acme();
    says = () => (heard.length < 3 ? undefined : {});
    const times = await workspace.tell({ type: 'app_uninstalled' });
    expect(times.map(({ status }) => status)).toEqual([500, 500, 200]);
    const [first, second] = heard;
    expect(JSON.parse(first!.body)).toEqual(JSON.parse(second!.body));
    expect(second?.headers).toMatchObject({ 'x-slack-retry-num': '1', 'x-slack-retry-reason': 'http_error' });
  });

  test('an enterprise’s installation reaches all of its workspaces, and says which where Slack wants it', async () => {
    const north = slack.workspace('T0NORTH', { enterprise: 'E0BIG' });
    const south = slack.workspace('T0SOUTH', { enterprise: 'E0BIG' });
    const sue = south.user('U0SUE', { email: 'sue@big.example' });
    const channel = south.channel('C0SOUTH', { members: [sue] });
    const { token } = north.install([...SCOPES, 'users:read.email'], { orgWide: true });
    south.invite(channel);
    const web = client(token);
    expect(await codeOf(web.chat.postMessage({ channel: channel.id, text: 'hi', blocks: BLOCKS }))).toBe(
      'ok',
    );
    expect(await codeOf(web.users.lookupByEmail({ email: 'sue@big.example' }))).toBe('missing_argument');
    const found = web.apiCall('users.lookupByEmail', { email: 'sue@big.example', team_id: 'T0SOUTH' });
    expect(await codeOf(found)).toBe('ok');
    const [message] = slack.roots(channel.id);
    await sue.click(message!, 'Press');
    expect(payloadOf(String(heard.at(-1)?.body))).toMatchObject({
      team: null,
      enterprise: { id: 'E0BIG' },
      is_enterprise_install: true,
      user: { id: 'U0SUE', team_id: 'T0SOUTH' },
    });
  });

  test('installing by OAuth: the code serves once, the tokens lapse and are refreshed', async () => {
    const { ada } = acme();
    const query = new URLSearchParams({
      client_id: slack.app.clientId,
      scope: 'chat:write,commands',
      state: 's',
      redirect_uri: 'http://localhost:4000/slack/oauth_redirect',
    });
    const back = await ada.authorise(`${slack.origin}/oauth/v2/authorize?${query}`);
    expect(back.searchParams.get('state')).toBe('s');
    const { clientId: client_id, clientSecret: client_secret } = slack.app;
    const redirect_uri = 'http://localhost:4000/slack/oauth_redirect';
    const exchange = { client_id, client_secret, code: String(back.searchParams.get('code')), redirect_uri };
    const access = (more: Json) =>
      new WebClient(undefined, { slackApiUrl: slack.apiUrl, logger: quiet }).apiCall('oauth.v2.access', more);
    expect(await codeOf(access({ ...exchange, client_secret: 'no' }))).toBe('bad_client_secret');
    const tokens = (await access(exchange)) as unknown as { access_token: string; refresh_token: string };
    expect(await codeOf(access(exchange))).toBe('invalid_code');
    expect(await codeOf(client(tokens.access_token).auth.test())).toBe('ok');
    clock.advance(43_201);
    expect(await codeOf(client(tokens.access_token).auth.test())).toBe('token_expired');
    const again = {
      client_id,
      client_secret,
      grant_type: 'refresh_token',
      refresh_token: tokens.refresh_token,
    };
    const fresh = (await access(again)) as unknown as { access_token: string };
    expect(await codeOf(client(fresh.access_token).auth.test())).toBe('ok');
    expect(await codeOf(access(again))).toBe('invalid_refresh_token');
    const denied = await ada.authorise(`${slack.origin}/oauth/v2/authorize?${query}`, { deny: true });
    expect(denied.searchParams.get('error')).toBe('access_denied');
  });

  test('signing in with Slack gives a signed ID token', async () => {
    const { ada } = acme();
    const redirect_uri = 'http://localhost:4000/slack/link';
    const { clientId: client_id, clientSecret: client_secret } = slack.app;
    const query = {
      client_id,
      redirect_uri,
      scope: 'openid email',
      response_type: 'code',
      nonce: 'n',
      state: 's',
    };
    const back = await ada.authorise(
      `${slack.origin}/openid/connect/authorize?${new URLSearchParams(query)}`,
    );
    const web = new WebClient(undefined, { slackApiUrl: slack.apiUrl, logger: quiet });
    const code = String(back.searchParams.get('code'));
    const tokens = await web.openid.connect.token({ client_id, client_secret, code, redirect_uri });
    const { keys } = (await (await fetch(`${slack.origin}/openid/connect/keys`)).json()) as {
      keys: JsonWebKey[];
    };
    const key = createPublicKey({ key: keys[0]!, format: 'jwk' });
    expect(
      jwt.verify(String(tokens.id_token), key, { algorithms: ['RS256'], audience: client_id, nonce: 'n' }),
    ).toMatchObject({
      iss: slack.origin,
      sub: 'U0ADA',
      'https://slack.com/team_id': 'T0ACME',
      email: 'ada@acme.example',
      email_verified: true,
    });
  });

  test('the app is notified over its sockets if it has no address', async () => {
    const mute = await SlackStandIn.start({ requestUrl: () => null });
    const receiver = new SocketModeReceiver({
      appToken: mute.app.appToken,
      logger: quiet,
      installerOptions: { clientOptions: { slackApiUrl: mute.apiUrl } },
    });
    const bolt = new App({ receiver, logger: quiet, authorize: async () => ({ botToken: 'xoxb-none' }) });
    bolt.command('/access', ({ ack, command }) => ack(`for ${command.user_id}: ${command.text}`));
    bolt.event('app_home_opened', async ({ event }) => void heard.push({ headers: {}, body: event.user }));
    const workspace = mute.workspace('T0ACME');
    workspace.install(SCOPES);
    const ada = workspace.user('U0ADA');
    await bolt.start();
    await until(() => mute.socket.connections === 1);
    expect(await ada.slash('/access', 'list')).toMatchObject({ acked: true, trouble: null });
    expect(ada.whispers.map(({ text }) => text)).toEqual(['for U0ADA: list']);
    expect((await ada.openHome()).acked).toBe(true);
    expect(heard.map(({ body }) => body)).toEqual(['U0ADA']);
    await bolt.stop();
    await until(() => mute.socket.connections === 0);
    await mute.stop();
  });

  test('troubles come on demand', async () => {
    const { web, channel, workspace } = acme();
    const post = () => codeOf(web.chat.postMessage({ channel: channel.id, text: 'hi' }));
    slack.troubles.next('chat.postMessage', 'is_archived');
    slack.troubles.limit('chat.postMessage', 7);
    expect([await post(), await post(), await post()]).toEqual([
      'is_archived',
      ErrorCode.RateLimitedError,
      'ok',
    ]);
    slack.troubles.down();
    expect(await post()).toBe(ErrorCode.RequestError);
    slack.troubles.down(503);
    expect(await post()).toBe(ErrorCode.HTTPError);
    slack.troubles.up();
    slack.troubles.loseAnswers('chat.postMessage');
    expect(await post()).toBe(ErrorCode.RequestError);
    expect(slack.roots(channel.id)).toHaveLength(2);
    workspace.end('token_revoked');
    expect(await post()).toBe('token_revoked');
  });
});
