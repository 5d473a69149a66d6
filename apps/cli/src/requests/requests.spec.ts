import { REQUEST_ID, requestAnswer, reviewAnswer } from '../../test/answers.js';
import { fakeServers } from '../../test/fake-broker.js';
import { Terminal } from '../../test/terminal.js';
import { run } from '../main.js';
import { formatRequest, type ShownRequest } from './request-text.js';

const serve = fakeServers();

async function cli(argv: string[]) {
  const queries: (string | null)[] = [];
  const broker = await serve({
    'GET /api/v1/requests': ({ url }) => {
      const cursor = new URL(url, 'http://localhost').searchParams.get('cursor');
      queries.push(cursor);
      const isFirst = cursor === null;
      const reviews = isFirst ? [] : [reviewAnswer()];
      const request = requestAnswer({ justification: isFirst ? '=1+1' : 'Say "no"', reviews });
      return { body: { items: [request], next: isFirst ? REQUEST_ID : null } };
    },
    'GET /api/v1/people/usr_0193a5e0-0000-7000-8000-000000000003': () => ({
      body: {
        ...{ id: 'usr_0193a5e0-0000-7000-8000-000000000003', name: 'Erin Okafor', email: 'erin@x.example' },
        ...{ tenant: null, roles: ['engineer'], removedAt: null },
      },
    }),
  });
  const terminal = new Terminal({ COUNTERSIGN_BROKER_URL: broker.url, COUNTERSIGN_API_KEY: 'csk_x' });
  const exit = await run(argv, terminal);
  return { exit, queries, out: terminal.out, err: terminal.err };
}

test('--csv prints every page, with names, and no cell that a spreadsheet would run', async () => {
  const { exit, queries, out } = await cli(['requests', '--csv']);
  expect([exit, queries]).toEqual([0, [null, REQUEST_ID]]);
  const lines = out.split('\r\n');
  expect(lines).toHaveLength(4);
  expect(lines[0]).toMatch(/^"createdAt","id","tenant","service","requester","requesterName","state"/);
  expect(lines[1]).toContain(`"${REQUEST_ID}","acme","billing"`);
  expect(lines[1]).toContain('"Erin Okafor"');
  expect(lines[1]).toContain(`"'=1+1"`);
  expect(lines[2]).toContain('"Say ""no"""');
  expect(lines[3]).toBe('');
});

test('an outdated request shows no way to approve it', () => {
  const shown = (outdated: string | null) =>
    formatRequest(requestAnswer({ outdated }) as ShownRequest, new Date('2026-11-28T12:00:00Z'));
  expect(shown(null)).toMatch(/^approval /m);
  const outdated = shown('The rules have changed.');
  expect(outdated).toMatch(/^outdated +The rules have changed\.$/m);
  expect(outdated).not.toMatch(/^approval /m);
});

test('--csv and --json exclude each other', async () => {
  const { exit, queries, err } = await cli(['--json', 'requests', '--csv']);
  expect([exit, queries]).toEqual([2, []]);
  expect(err).toContain('--csv');
});
