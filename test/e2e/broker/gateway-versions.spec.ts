import { randomBytes, randomUUID } from 'node:crypto';
import { FORMS, formatForms } from '@countersign/gateway-protocol';
import { productVersion } from '@countersign/runtime';
import { TestBroker } from '../harness.js';
import { EventStream } from '../sse.js';

let broker: TestBroker;
let bearer: string;
let gateway: string;
const version = productVersion();
beforeAll(async () => {
  broker = await TestBroker.start({
    settings: { admin: { host: '127.0.0.1', port: 0, orAnyPort: false } },
  });
});
beforeEach(async () => {
  const enrolled = await broker.enrolGateway(randomUUID());
  bearer = enrolled.bearer;
  gateway = enrolled.credential.gateway;
});
afterAll(() => broker.close());

type Announced = { version?: string; forms?: string };
const headersOf = ({ version: own, forms }: Announced): Record<string, string> => ({
  authorization: bearer,
  ...(own === undefined ? {} : { 'countersign-version': own }),
  ...(forms === undefined ? {} : { 'countersign-forms': forms }),
});
const feedUrl = () => `${broker.url}/gateway/v1/feed?nonce=${randomBytes(32).toString('base64url')}`;
const post = (path: string, announced: Announced, body: unknown) =>
  broker.fetch('POST', path, { body, headers: headersOf(announced) });
const KEY = { publicKey: Buffer.alloc(32, 1).toString('base64url') };

const listed = async () => {
  const { body } = await broker.call('securityAdmin', 'GET', '/api/v1/gateways');
  return (body as { items: { id: string; version: string | null }[] }).items.find(({ id }) => id === gateway);
};
const metrics = async () => (await fetch(`${broker.broker.adminUrl}/metrics`)).text();

test('broker and gateway announce themselves to each other, and the gateway’s version is listed', async () => {
  expect(await listed()).toMatchObject({ version: null });
  const stream = await EventStream.open(
    feedUrl(),
    headersOf({ version: '0.7.1', forms: formatForms(FORMS) }),
  );
  expect((await stream.next()).event).toBe('snapshot');
  stream.close();
  const answer = await post('/gateway/v1/identity', { version: '0.7.1', forms: 'feed=1-4, new=3' }, KEY);
  expect([answer.status, answer.headers.get('countersign-version')]).toEqual([204, version]);
  expect(answer.headers.get('countersign-forms')).toBe(formatForms(FORMS));
  expect(await listed()).toMatchObject({ version: '0.7.1' });
  expect(await metrics()).toMatch(/^countersign_gateways\{version="0\.7\.1"\} 1$/m);
  expect(await metrics()).toContain(`\ncountersign_build_info{version="${version}"} 1\n`);
});

test('a gateway that announces nothing is served as one of the first forms', async () => {
  const stream = await EventStream.open(feedUrl(), headersOf({}));
  expect((await stream.next()).event).toBe('snapshot');
  stream.close();
  expect(await listed()).toMatchObject({ version: null });
});

test.each([
  ['a newer gateway', 'feed=1, records=2', '9.0.0', 'Update the broker.'],
  ['a newer gateway that no longer reads this feed', 'feed=2-3, records=1', '9.0.0', 'Update the broker.'],
])(
  '%s is refused with unsupported_form, whatever it requests, and nothing of it is read',
  async (_case, forms, own, who) => {
    const announced = { version: own, forms };
    const feed = await fetch(feedUrl(), { headers: headersOf(announced) });
    const detail = expect.stringContaining(who);
    expect([feed.status, await feed.json()]).toEqual([
      409,
      expect.objectContaining({ code: 'unsupported_form', detail }),
    ]);
    expect(feed.headers.get('countersign-version')).toBe(version);
    for (const path of [
      'identity',
      'records',
      'leases',
      'leases/closed',
      'pins',
      'stops',
      'heads',
      'browser-sessions',
    ])
      expect([path, (await post(`/gateway/v1/${path}`, announced, { future: true })).body]).toEqual([
        path,
        expect.objectContaining({ status: 409, code: 'unsupported_form' }),
      ]);
    expect(await listed()).toMatchObject({ version: own });
  },
);

test('strangers do not learn the version', async () => {
  const answer = await fetch(feedUrl(), { headers: { authorization: `${bearer}x` } });
  expect([answer.status, answer.headers.get('countersign-version')]).toEqual([401, null]);
});
