import { fakeServers } from '../../test/fake-broker.js';
import { Terminal } from '../../test/terminal.js';
import { run } from '../main.js';

const PRACTICE = 'prc_0193a5e0-0000-7000-8000-000000000001';
const PERSON = 'usr_0193a5e0-0000-7000-8000-000000000002';
const BASE = '/api/v1/tenants/acme/practices';
const ask = { action: 'read', resource: 'invoices', seconds: 900 };
const summary = {
  ...{ id: PRACTICE, tenant: 'acme', quarter: '2027-01-01', openedBy: 'job', state: 'open', missed: [] },
  ...{ openedAt: '2027-01-04T09:00:00Z', dueAt: '2027-01-11T09:00:00Z', closedAt: null },
  counts: { open: 1, passed: 0, wrong: 0, 'passkey-failed': 0, unanswered: 0, left: 0 },
};

const serve = fakeServers();

async function cli(argv: string[]) {
  const answered: unknown[] = [];
  const broker = await serve({
    'GET /api/v1/whoami': () => ({
      body: {
        ...{ person: PERSON, email: 'ada@acme.example', name: 'Ada', tenant: 'acme', roles: ['approver'] },
        ...{ channel: 'api', assurance: 'api-key', zone: null, authenticatedAt: null, permissions: [] },
      },
    }),
    [`GET ${BASE}`]: () => ({ body: { items: [summary], next: null } }),
    [`GET ${BASE}/${PRACTICE}`]: () => ({
      body: {
        ...summary,
        parts: [
          {
            person: PERSON,
            result: null,
            decision: null,
            channel: null,
            passkey: null,
            settledAt: null,
            seconds: null,
          },
        ],
      },
    }),
    [`GET ${BASE}/${PRACTICE}/task`]: () => ({
      body: {
        ...{ id: PRACTICE, dueAt: summary.dueAt, expected: ask, asked: { ...ask, action: 'delete' } },
        ...{ result: null, signing: null },
      },
    }),
    [`POST ${BASE}/${PRACTICE}/answer`]: ({ body }) => {
      answered.push(body);
      return { status: 201, body: { result: 'wrong', right: 'deny' } };
    },
  });
  const terminal = new Terminal({ COUNTERSIGN_BROKER_URL: broker.url, COUNTERSIGN_API_KEY: 'csk_x' });
  const exit = await run(['practice', ...argv], terminal);
  return { exit, answered, out: terminal.out, err: terminal.err };
}

test('shows the task, plainly marked as practice, and both requests in words', async () => {
  const { exit, out } = await cli(['task']);
  expect(exit).toBe(0);
  for (const part of [
    'PRACTICE: nothing opens',
    'read invoices, for 15 minutes',
    'delete invoices, for 15 minutes',
  ])
    expect(out).toContain(part);
});

test('answers the newest practice, and says what would have been right', async () => {
  const { exit, answered, out } = await cli(['answer', '--approve', '--passkey-failed']);
  expect(exit).toBe(0);
  expect(answered).toEqual([{ decision: 'approve', passkeyFailed: true }]);
  expect(out).toContain('the right answer was to deny');
});

test('needs one answer, and shows who has not answered', async () => {
  expect((await cli(['answer'])).exit).toBe(2);
  expect((await cli(['answer', '--approve', '--deny'])).exit).toBe(2);
  const { out } = await cli(['show']);
  expect(out).toContain('not answered');
});
