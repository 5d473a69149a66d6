import type { Deps } from '@countersign/access';
import { systemHashing } from '@countersign/persistence';
import type { ReceiverEvent } from '@slack/bolt';
import { Inbound, InboundRefused, type Proof } from './inbound.js';

const NOW = Date.parse('2026-11-24T15:00:00Z');
const SECONDS = NOW / 1000;

/** The store that brokers share. Its brokers record what they did. */
class Site {
  readonly seen = new Set<string>();
  readonly did: string[] = [];
  down = false;
  fails = false;

  broker(): Inbound {
    const seen = {
      note: async (hash: string) => {
        const known = this.seen.has(hash);
        this.seen.add(hash);
        return !known;
      },
      forget: async (hash: string) => void this.seen.delete(hash),
    };
    const write = async (work: (unit: unknown) => unknown) => {
      if (this.down) throw new Error('the store is away');
      return work({ slackSeen: seen });
    };
    const clock = { now: () => new Date(NOW) };
    const deps = { store: { slack: { write } }, clock, hashing: systemHashing } as unknown as Deps;
    const process = async ({ body, ack, customProperties }: ReceiverEvent) => {
      if (this.fails) throw new Error('it could not be done');
      expect(customProperties).toEqual({});
      await ack();
      this.did.push(String(body['event_id'] ?? body['type'] ?? body['command']));
    };
    return new Inbound(
      deps,
      'https://slack.com',
      process,
      () => {},
      () => NOW,
    );
  }
}

let count = 0;
/** A request with a unique signature. */
const proof = (change: Partial<Proof> = {}): Proof => {
  count += 1;
  return { signature: `v0=${String(count).padStart(64, '0')}`, timestamp: String(SECONDS), ...change };
};

async function taken(inbound: Inbound, body: object, by: Proof): Promise<{ acks: number; refused?: string }> {
  let acks = 0;
  const event = {
    body: body as Record<string, unknown>,
    ack: async () => {
      acks += 1;
    },
    customProperties: by as Record<string, unknown>,
  };
  try {
    await inbound.take(event);
    return { acks };
  } catch (error) {
    return { acks, refused: error instanceof InboundRefused ? error.code : 'failed' };
  }
}

const COMMAND = {
  ...{
    command: '/access',
    text: '',
    user_id: 'U0',
    team_id: 'T0',
    trigger_id: '1',
    response_url: 'https://hooks.slack.com/commands/T0/1/x',
  },
};
const FROM = { user: { id: 'U0', team_id: 'T0' }, team: { id: 'T0' }, enterprise: null, trigger_id: '1' };
const PRESS = {
  ...{ type: 'block_actions', ...FROM, channel: { id: 'C0' }, message: { ts: '1.1' } },
  actions: [{ type: 'button', action_id: 'approve', block_id: 'b', value: 'x' }],
};
const FORM = {
  ...{ type: 'view_submission', ...FROM },
  view: {
    ...{ id: 'V0', type: 'modal', callback_id: 'ask', private_metadata: '', title: { text: 'Ask' } },
    blocks: [{ block_id: 'tenant' }],
    state: { values: { tenant: { tenant: { type: 'x', value: null, selected_option: { value: 'acme' } } } } },
  },
};
const event = (id: string) => ({
  ...{ type: 'event_callback', event_id: id, event_time: SECONDS, team_id: 'T0' },
  event: { type: 'app_home_opened', user: 'U0', tab: 'home', channel: 'D0' },
  authorizations: [{ enterprise_id: null, team_id: 'T0', user_id: 'U1', is_enterprise_install: false }],
});

test.each<[string, number, string | undefined]>([
  ['five minutes old', -300, undefined],
  ['older than that', -301, 'stale'],
  ['five minutes early', 300, undefined],
  ['earlier than that', 301, 'from_the_future'],
  ['not a number', Number.NaN, 'stale'],
])('a request that is %s', async (_what, off, refused) => {
  const site = new Site();
  const by = proof({ timestamp: String(SECONDS + off) });
  expect((await taken(site.broker(), COMMAND, by)).refused).toBe(refused);
  expect(site.did).toHaveLength(refused === undefined ? 1 : 0);
});

test.each<[string, object]>([
  ['a command', COMMAND],
  ['a press', PRESS],
  ['a form', FORM],
  ['an event', event('Ev1')],
])('%s that is replayed byte for byte is refused and does nothing', async (_what, body) => {
  const site = new Site();
  const inbound = site.broker();
  const by = proof();
  expect(await taken(inbound, body, by)).toEqual({ acks: 1 });
  expect((await taken(inbound, body, by)).refused).toBe('replayed');
  expect(site.did).toHaveLength(1);
});

test.each([
  'http://169.254.169.254/latest/api/token',
  'http://127.0.0.1:4001/',
  'https://hooks.slack.com.evil.example/x',
  'https://hooks.slack.com@evil.example/x',
  'https://x:y@hooks.slack.com/x',
  'http://hooks.slack.com/x',
  'https://hooks.slack.com:8443/x',
  'https://evil.slack.com/x',
  'file:///etc/passwd',
  'hooks.slack.com/x',
])('who has the signing secret makes the broker call no other address than Slack’s: %s', async (address) => {
  const site = new Site();
  const form = { ...FORM, response_urls: [{ response_url: address }] };
  for (const body of [{ ...COMMAND, response_url: address }, { ...PRESS, response_url: address }, form])
    expect(await taken(site.broker(), body, proof())).toEqual({ acks: 0, refused: 'bad_payload' });
  expect(site.did).toEqual([]);
});

test.each([
  ['a suffix', (signature: string) => `${signature}=again`],
  ['another version', (signature: string) => signature.replace('v0', `v0:${SECONDS}`)],
  ['a trailing space', (signature: string) => `${signature} `],
])('a signature with %s is refused, whatever Bolt makes of it', async (_what, spelled) => {
  const site = new Site();
  const inbound = site.broker();
  const by = proof();
  await taken(inbound, PRESS, by);
  const again = { ...by, signature: spelled(by.signature ?? '') };
  expect(await taken(inbound, PRESS, again)).toEqual({ acks: 0, refused: 'malformed' });
  expect(site.did).toHaveLength(1);
});

test.each<[string, object]>([
  ['a press', PRESS],
  ['a form', FORM],
  ['an event', event('Ev1')],
])('%s that another broker has handled does nothing', async (_what, body) => {
  const site = new Site();
  const by = proof();
  await taken(site.broker(), body, by);
  expect(await taken(site.broker(), body, by)).toEqual({ acks: 1 });
  expect(site.did).toHaveLength(1);
});

test('an event that Slack repeats with a new signature is acknowledged and has one effect', async () => {
  const site = new Site();
  const inbound = site.broker();
  expect(await taken(inbound, event('Ev1'), proof())).toEqual({ acks: 1 });
  expect(await taken(inbound, event('Ev1'), proof())).toEqual({ acks: 1 });
  expect(await taken(inbound, event('Ev2'), proof())).toEqual({ acks: 1 });
  expect(site.did).toEqual(['Ev1', 'Ev2']);
});

test('an event that failed is processed when Slack repeats it', async () => {
  const site = new Site();
  const inbound = site.broker();
  site.fails = true;
  expect((await taken(inbound, event('Ev1'), proof())).refused).toBe('failed');
  site.fails = false;
  site.down = true;
  expect((await taken(inbound, event('Ev1'), proof())).refused).toBe('failed');
  site.down = false;
  await taken(inbound, event('Ev1'), proof());
  expect(site.did).toEqual(['Ev1']);
});

test('while the store is away, a press is acknowledged at once and does nothing', async () => {
  const site = new Site();
  site.down = true;
  expect(await taken(site.broker(), PRESS, proof())).toEqual({ acks: 1, refused: 'failed' });
  expect(site.did).toEqual([]);
});

test('a command opens its form without the store', async () => {
  const site = new Site();
  site.down = true;
  expect(await taken(site.broker(), COMMAND, proof())).toEqual({ acks: 1 });
});

test('over a socket an envelope is accepted once', async () => {
  const site = new Site();
  const inbound = site.broker();
  await taken(inbound, PRESS, { envelope: 'e1' });
  expect((await taken(inbound, PRESS, { envelope: 'e1' })).refused).toBe('replayed');
  expect(site.did).toHaveLength(1);
});
