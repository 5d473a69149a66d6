import { fakeServers } from '../../test/fake-broker.js';
import { Terminal } from '../../test/terminal.js';
import { run } from '../main.js';

const ID = 'nad_0193a5e0-0000-7000-8000-000000000001';
const PERSON = 'usr_0193a5e0-0000-7000-8000-000000000002';
const BASE = '/api/v1/tenants/acme/notice-addresses';
const address = {
  ...{ id: ID, address: 'security@acme.example', topics: ['emergency'], state: 'waiting', addedBy: PERSON },
  ...{ addedAt: '2027-01-04T09:00:00Z', codeUntil: '2027-01-05T09:00:00Z', confirmedAt: null },
};

const serve = fakeServers();

async function cli(argv: string[], sent = true) {
  const bodies: unknown[] = [];
  const keep = (answer: { status?: number; body: object }) => (seen: { body: unknown }) => {
    bodies.push(seen.body);
    return answer;
  };
  const broker = await serve({
    'GET /api/v1/whoami': () => ({
      body: {
        ...{ person: PERSON, email: 'ada@acme.example', name: 'Ada', tenant: 'acme', roles: ['admin'] },
        ...{ channel: 'api', assurance: 'api-key', zone: null, authenticatedAt: null, permissions: [] },
      },
    }),
    [`GET ${BASE}`]: () => ({ body: { items: [address] } }),
    [`POST ${BASE}`]: keep({ status: 201, body: { ...address, sent } }),
    [`POST ${BASE}/${ID}/confirmation`]: keep({ status: 201, body: { ...address, state: 'active' } }),
    [`PUT ${BASE}/${ID}`]: keep({ body: { ...address, topics: ['access'], warnings: [] } }),
    [`DELETE ${BASE}/${ID}`]: () => ({ body: { warnings: ['no_emergency_address'] } }),
  });
  const terminal = new Terminal({ COUNTERSIGN_BROKER_URL: broker.url, COUNTERSIGN_API_KEY: 'csk_x' });
  const exit = await run(['notice-address', ...argv], terminal);
  return { exit, bodies, out: terminal.out, err: terminal.err };
}

test('adds an address, says how to confirm it, and says so if no code was sent', async () => {
  const { exit, bodies, out } = await cli(['add', 'security@acme.example', '--topics', 'emergency, demand']);
  expect([exit, bodies]).toEqual([
    0,
    [{ address: 'security@acme.example', topics: ['emergency', 'demand'] }],
  ]);
  expect(out).toContain(`countersign notice-address confirm ${ID} CODE`);
  expect((await cli(['add', 'security@acme.example', '--topics', 'demand'], false)).out).toContain(
    'The mail server did not take the code',
  );
});

test('sends nothing for a topic that does not exist, and lists those that do', async () => {
  const { exit, bodies, err } = await cli(['add', 'security@acme.example', '--topics', 'emergencies']);
  expect([exit, bodies]).toEqual([2, []]);
  expect(err).toContain('emergency, disclosure, demand');
});

test('lists, confirms, changes and removes; removing the last one for emergencies warns', async () => {
  expect((await cli(['list'])).out).toContain('security@acme.example');
  expect((await cli(['confirm', ID, 'ABCD-EFGH'])).bodies).toEqual([{ code: 'ABCD-EFGH' }]);
  expect((await cli(['topics', ID, 'access'])).bodies).toEqual([{ topics: ['access'] }]);
  expect((await cli(['remove', ID])).out).toContain('No address is notified of emergencies any more.');
});
