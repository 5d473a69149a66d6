import { connect } from 'node:net';
import { SHORTCUT } from '@countersign/slack';
import type { Callback } from '../../fakes/slack/deliver.js';
import type { Json } from '../../fakes/slack/messages.js';
import { signed } from '../../fakes/slack/signing.js';
import { codeOf, makeRequest, review } from '../story.js';
import { SlackWorld } from './slack-world.js';

let world: SlackWorld;
/** One real callback of each kind, as Slack sent it while two people worked. */
const seen = new Map<string, Callback>();

beforeAll(async () => {
  world = await (await SlackWorld.start()).settle();
  const { deliverer } = world.slack;
  const deliver = deliverer.deliver.bind(deliverer);
  deliverer.deliver = (callback) => {
    seen.set(String(callback.payload['type'] ?? callback.kind), callback);
    return deliver(callback);
  };
  const { erin, ada } = world.people;
  await world.ask('hostile payloads');
  await erin.shortcut(SHORTCUT);
  await erin.openHome();
  const request = await makeRequest(world.broker, 'engineer', { justification: 'Case 7' });
  await review(world.broker, 'reviewer', request);
  await ada.click(await world.card(world.lockbox, 'Case 7'), 'Approve');
});
afterAll(() => world.close());

const FORM = 'application/x-www-form-urlencoded';
const JSON_TYPE = 'application/json';

/** Sends a body that Slack's secret signs. @returns the status */
async function send(body: string, type: string): Promise<number | null> {
  const { app, deliverer } = world.slack;
  return (await deliverer.send(signed(app.signingSecret, Math.floor(Date.now() / 1000), body, type))).status;
}

/** The status of an answer to this payload, sent like the callback. */
function sendLike({ kind }: Callback, payload: unknown): Promise<number | null> {
  if (kind === 'events_api') return send(JSON.stringify(payload), JSON_TYPE);
  if (kind === 'interactive')
    return send(new URLSearchParams({ payload: JSON.stringify(payload) }).toString(), FORM);
  return send(new URLSearchParams(payload as Record<string, string>).toString(), FORM);
}

type Path = (string | number)[];

/** Every place in a value that is not null already, of lists the first item only. */
function placesIn(value: unknown, path: Path = []): Path[] {
  if (typeof value !== 'object' || value === null || path.length > 5) return [];
  const members = Array.isArray(value) ? [...value.entries()].slice(0, 1) : Object.entries(value);
  return members
    .filter(([, member]) => member !== null)
    .flatMap(([name, member]) => [[...path, name], ...placesIn(member, [...path, name])]);
}

function withNull(payload: Json, path: Path): Json {
  const copy = structuredClone(payload);
  let at = copy as Record<string | number, unknown>;
  for (const name of path.slice(0, -1)) at = at[name] as typeof at;
  at[path.at(-1) ?? ''] = null;
  return copy;
}

/** What the message or the view shows; neither Bolt nor we read it. */
const isShown = (path: Path): boolean => /^(message|view)\/blocks\/0\/./.test(path.join('/'));

describe('signed payloads that no reader of ours expects', () => {
  test('there is a callback of each kind', () => {
    expect([...seen.keys()].sort()).toEqual([
      'block_actions',
      'block_suggestion',
      'event_callback',
      'shortcut',
      'slash_commands',
      'view_submission',
    ]);
  });

  test.each(['block_actions', 'block_suggestion', 'event_callback', 'shortcut', 'view_submission'])(
    'null in the place of any part of a %s is never an internal error',
    async (kind) => {
      const callback = seen.get(kind)!;
      const answers: string[] = [];
      for (const path of placesIn(callback.payload).filter((each) => !isShown(each))) {
        const payload = withNull(callback.payload, path);
        if (kind === 'event_callback' && path.join() !== 'event_id') payload['event_id'] = `Ev${path.join()}`;
        const status = await sendLike(callback, payload);
        if (status !== 200 && status !== 400) answers.push(`${path.join('/')}: ${status}`);
      }
      expect(answers).toEqual([]);
      expect(await sendLike(callback, null)).toBe(400);
      expect(await sendLike(callback, [])).toBe(400);
    },
  );

  test('null for a user, a view or an event is 400', async () => {
    const wrong = [
      ['block_actions', ['user']],
      ['block_actions', ['actions', 0]],
      ['block_actions', ['channel']],
      ['view_submission', ['view']],
      ['view_submission', ['view', 'state', 'values']],
      ['event_callback', ['event']],
    ] as const;
    for (const [kind, path] of wrong) {
      const callback = seen.get(kind)!;
      expect(await sendLike(callback, withNull(callback.payload, [...path]))).toBe(400);
    }
  });

  test('a member twice, or bytes that are not UTF-8, are 400', async () => {
    const { payload } = seen.get('event_callback')!;
    const event = JSON.stringify({ ...payload, event_id: 'EvTwice' });
    expect(await send(event.replace('{', '{"event":{"type":"app_home_opened"},'), JSON_TYPE)).toBe(400);
    const fields = new URLSearchParams(seen.get('slash_commands')!.payload as Record<string, string>);
    expect(await send(`${fields}&command=%2Faccess`, FORM)).toBe(400);
    for (const bad of ['%FF', '%C0%AF', '%ED%A0%BD%ED%B8%80'])
      expect(await send(String(fields).replace('text=', `text=${bad}`), FORM)).toBe(400);
    const raw = await world.broker.fetch('POST', '/slack/events', { raw: Buffer.from([0x7b, 0xff, 0x7d]) });
    expect(codeOf(raw)).toBe('400 invalid_request');
  });
});

/** The status lines that arrive on one connection on which two requests are sent, until it closes or answers both. */
function twoOnOneConnection(first: string, second: string): Promise<{ lines: string[]; closed: boolean }> {
  const { port } = new URL(world.broker.url);
  return new Promise((resolve, reject) => {
    const socket = connect(Number(port), '127.0.0.1');
    let text = '';
    const lines = () => [...text.matchAll(/^HTTP\/1\.1 (\d{3})/gm)].map(([, status]) => String(status));
    const timer = setTimeout(() => {
      socket.destroy();
      resolve({ lines: lines(), closed: false });
    }, 30_000);
    socket.on('error', () => undefined);
    socket.on('data', (part: Buffer) => {
      const before = lines().length;
      text += part.toString('latin1');
      if (before === 0 && lines().length === 1) socket.write(second);
      if (lines().length === 2) socket.end();
    });
    socket.on('close', () => {
      clearTimeout(timer);
      resolve({ lines: lines(), closed: true });
    });
    socket.on('connect', () => socket.write(first, (error) => error && reject(error)));
  });
}

test.each([
  ['with a length', (body: string) => `Content-Length: ${body.length}\r\n\r\n${body}`],
  [
    'chunked',
    (body: string) => `Transfer-Encoding: chunked\r\n\r\n${body.length.toString(16)}\r\n${body}\r\n0\r\n\r\n`,
  ],
])(
  'an unsigned body of 1.2 MB %s does not make the connection deaf to the next request',
  async (_how, framed) => {
    const head = 'POST /slack/events HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n';
    const { lines, closed } = await twoOnOneConnection(
      head + framed('x'.repeat(1_200_000)),
      'GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n',
    );
    // Closed, or answered: never silent.
    expect(lines[0]).toBe('413');
    expect(closed).toBe(true);
  },
);
