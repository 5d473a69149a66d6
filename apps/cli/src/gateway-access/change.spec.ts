import { createHash } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { removeFolder, tempFolder } from '../../../../test/support/temp-folder.js';
import { GRANT_ID, grantAnswer, REQUEST_ID, requestAnswer, serviceAnswer } from '../../test/answers.js';
import { fakeServers } from '../../test/fake-broker.js';
import { Terminal } from '../../test/terminal.js';
import { run } from '../main.js';

type Answers = () => Parameters<typeof serve>[0];

const serve = fakeServers();
let folder: string;
beforeAll(async () => {
  folder = await tempFolder('change');
});
afterAll(() => removeFolder(folder));

async function change(
  args: string[],
  granted: object = {},
  stdin: string | Buffer = '',
  more: Answers = () => ({}),
) {
  const asked: unknown[] = [];
  const broker = await serve({
    [`GET /api/v1/grants/${GRANT_ID}`]: () => ({ body: grantAnswer(`${broker.url}/billing`) }),
    ...more(),
    [`GET /api/v1/requests/${REQUEST_ID}`]: () => ({ body: { ...requestAnswer(), ...granted } }),
    'GET /api/v1/services/billing': () => ({ body: serviceAnswer() }),
    'POST /api/v1/requests': ({ body }) => {
      asked.push(body);
      return { status: 201, body: requestAnswer() };
    },
  });
  const terminal = new Terminal({ COUNTERSIGN_BROKER_URL: broker.url, COUNTERSIGN_API_KEY: 'csk_x' }, stdin);
  const exit = await run(['change', GRANT_ID, ...args], terminal);
  return { exit, asked, out: terminal.out, err: terminal.err };
}

test('requests exactly this call, once, and says how to make it', async () => {
  const file = join(folder, 'total.json');
  await writeFile(file, '{"total":1}');
  const { exit, asked, err } = await change(
    ['patch', '/tenants/acme/invoices/8812', '--data', `@${file}`, '--for', '10m', '--reason', 'Wrong total'],
    { ticket: 'CASE-1' },
  );
  expect(exit).toBe(0);
  expect(asked).toEqual([
    {
      ...{
        tenant: 'acme',
        service: 'billing',
        duration: 'PT10M',
        justification: 'Wrong total',
        ticket: 'CASE-1',
      },
      scope: [{ resource: 'invoices/8812', actions: ['update'] }],
      budget: { calls: 1 },
      change: {
        ...{ method: 'PATCH', path: '/tenants/acme/invoices/8812', contentType: 'application/json' },
        bodySha256: 'sha256:b7e28723407b7750fb0dc3b977699a5223a3b617d41c9a4feaeccbd31feadd06',
      },
      shown: { body: '{"total":1}', follows: REQUEST_ID },
    },
  ]);
  expect(err).toContain(`-X PATCH -H 'content-type: application/json' --data-binary @${file}`);
});

describe('what the approver sees beside the hash', () => {
  const PATH = '/tenants/acme/invoices/8812';
  const RECORD = 'rec_0193a5e0-0000-7000-8000-000000000007';
  const patch = (...more: string[]) => ['PATCH', PATH, '--data', '{"total":1}', ...more];
  const reads =
    (answer: { status?: number; body?: unknown; headers?: Record<string, string> }): Answers =>
    () => ({
      [`POST /api/v1/grants/${GRANT_ID}/tokens`]: () => ({
        body: { access_token: 'a.b.c', token_type: 'Bearer', expires_in: 300 },
      }),
      [`GET /billing${PATH}`]: () => ({ body: undefined, ...answer }),
    });

  test('the body, and what one GET of the path through the grant returns', async () => {
    const answer = { body: { total: 2 }, headers: { 'countersign-record': RECORD } };
    const { exit, asked, err } = await change(patch(), {}, '', reads(answer));
    expect(exit).toBe(0);
    expect(asked).toMatchObject([
      {
        shown: {
          ...{ body: '{"total":1}', follows: REQUEST_ID },
          before: { body: '{"total":2}', at: expect.stringMatching(/^\d{4}-.*:\d\dZ$/), record: RECORD },
        },
      },
    ]);
    expect(err).toContain('/total: 2 → 1');
  });

  test('if nothing can be read, the new body alone, and the engineer is told', async () => {
    const { asked, err } = await change(patch(), {}, '', reads({ status: 403, body: {} }));
    expect(asked).toMatchObject([{ shown: { body: '{"total":1}', follows: REQUEST_ID } }]);
    expect(asked[0]).not.toHaveProperty('shown.before');
    expect(err).toContain('answered with 403');
  });

  test('--no-read reads nothing, --no-show shows the hash alone, and so does a body that is too long', async () => {
    const unread = await change(patch('--no-read'));
    expect(unread.asked[0]).toMatchObject({ shown: { body: '{"total":1}' } });
    const hidden = await change(patch('--no-show'));
    expect(hidden.asked[0]).not.toHaveProperty('shown');
    const long = JSON.stringify({ text: 'x'.repeat(16_384) });
    const tooLong = await change(['PATCH', PATH, '--data', long]);
    expect(tooLong.asked[0]).not.toHaveProperty('shown');
    expect(tooLong.err).toContain('too long to show');
  });
});

test('takes the reason of the grant’s request, and the type of a body that is no JSON', async () => {
  const { asked } = await change([
    ...['PATCH', '/tenants/acme/invoices/8812', '--data', 'total=1'],
    ...['--content-type', 'application/x-www-form-urlencoded'],
  ]);
  expect(asked).toMatchObject([
    {
      justification: requestAnswer().justification,
      change: { contentType: 'application/x-www-form-urlencoded' },
    },
  ]);
});

test('reads the body from stdin byte for byte', async () => {
  // No text: as UTF-8 it would have other bytes, and so another hash.
  const body = Buffer.from([0xff, 0x00, 0xfe, 0x0a]);
  const { asked, err } = await change(
    [
      ...['PATCH', '/tenants/acme/invoices/8812', '--data', '@-'],
      ...['--content-type', 'text/csv; charset=utf-8; header="it\'s"'],
    ],
    {},
    body,
  );
  expect(asked).toMatchObject([
    {
      change: {
        bodySha256: `sha256:${createHash('sha256').update(body).digest('hex')}`,
        contentType: 'text/csv; charset=utf-8; header="it\'s"',
      },
    },
  ]);
  // What the shell is given to repeat is quoted.
  expect(err).toContain(`-H 'content-type: text/csv; charset=utf-8; header="it'\\''s"' --data-binary @-`);
});

test.each([
  ['', 'nothing'],
  ['json', 'no subtype'],
  ['text/plain\r\nx-injected: 1', 'a second header'],
  ['text/ü', 'letters that no header has'],
])('refuses the content type “%s” (%s), and requests nothing', async (type) => {
  const args = ['PATCH', '/tenants/acme/invoices/8812', '--data', '{}', '--content-type', type];
  const result = await change(args);
  expect(result).toMatchObject({ exit: 2, asked: [], err: expect.stringContaining('type/subtype') });
});

test.each([
  [
    'a path of another tenant',
    ['PATCH', '/tenants/globex/invoices/1', '--data', '{}'],
    1,
    'insufficient_scope',
  ],
  ['a path that no route lists', ['PATCH', '/admin', '--data', '{}'], 1, 'route_not_listed'],
  [
    'a path that can be read in two ways',
    ['PATCH', '/tenants/acme/invoices/%41', '--data', '{}'],
    1,
    'ambiguous_request',
  ],
  ['a body without a type', ['PATCH', '/tenants/acme/invoices/1', '--data', 'x'], 2, 'content-type'],
  ['a file that is not there', ['PATCH', '/tenants/acme/invoices/1', '--data', '@/nothing'], 2, '/nothing'],
  ['a URL', ['PATCH', 'http://x/', '--data', '{}'], 2, 'begin with'],
])('refuses %s, and requests nothing', async (_case, args, exit, said) => {
  const result = await change(args);
  expect(result).toMatchObject({ exit, asked: [], err: expect.stringContaining(said) });
});

test('needs a reason if that of the grant’s request was erased', async () => {
  const result = await change(['PATCH', '/tenants/acme/invoices/1', '--data', '{}'], { justification: null });
  expect(result).toMatchObject({ exit: 2, asked: [], err: expect.stringContaining('--reason') });
});
