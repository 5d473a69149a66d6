import { REQUEST_ID, requestAnswer, terms } from '../../test/answers.js';
import { fakeServers, type Seen } from '../../test/fake-broker.js';
import { Terminal } from '../../test/terminal.js';
import { run } from '../main.js';

const ID = 'tpl_0193a5e0-0000-7000-8000-000000000001';
const request = {
  ...{ tenant: 'acme', service: 'billing', scope: [{ resource: 'invoices/*', actions: ['read'] }] },
  ...{ duration: 'PT1H', justification: 'The total is wrong', budget: { calls: 20 } },
};
const template = { id: ID, name: 'Wrong total', request, savedAt: '2026-11-24T12:00:00Z' };

const serve = fakeServers();

async function cli(argv: string[], templates: object[] = [template]) {
  const bodies: unknown[] = [];
  const keep = (answer: { status?: number; body: object }) => (seen: Seen) => {
    bodies.push(seen.body);
    return answer;
  };
  const broker = await serve({
    'GET /api/v1/templates': () => ({ body: { items: templates } }),
    'POST /api/v1/templates': keep({ status: 201, body: template }),
    [`DELETE /api/v1/templates/${ID}`]: () => ({ status: 204 }),
    [`GET /api/v1/requests/${REQUEST_ID}`]: () => ({
      body: requestAnswer({ terms: terms(), ticket: '4711' }),
    }),
    'POST /api/v1/requests': keep({ status: 201, body: requestAnswer() }),
  });
  const terminal = new Terminal({ COUNTERSIGN_BROKER_URL: broker.url, COUNTERSIGN_API_KEY: 'csk_x' });
  const exit = await run(argv, terminal);
  return { exit, bodies, out: terminal.out, err: terminal.err, seen: broker.seen };
}

test('a request takes from a template what the arguments do not name, and nothing else', async () => {
  const plain = await cli(['--json', 'request', '--template', 'wrong TOTAL']);
  expect([plain.exit, plain.bodies]).toEqual([0, [request]]);
  const named = await cli([
    ...['--json', 'request', 'globex', '--template', 'Wrong total', '--for', '30m', '--ticket', '12'],
  ]);
  expect(named.bodies).toEqual([{ ...request, tenant: 'globex', duration: 'PT30M', ticket: '12' }]);
});

test('a value that neither the template nor the arguments name is reported as missing, and nothing is sent', async () => {
  const { tenant: _any, ...anyone } = request;
  const open = await cli(['request', '--template', 'Wrong total'], [{ ...template, request: anyone }]);
  expect([open.exit, open.bodies]).toEqual([2, []]);
  expect(open.err).toContain('missing <tenant>:');
  // Without a template it is known before anything is called.
  const bare = await cli(['request', 'acme', 'billing', '--for', '1h']);
  expect([bare.exit, bare.seen]).toEqual([2, []]);
  expect(bare.err).toContain('missing --scope, --reason:');
});

test('an unknown name is refused with the names of the caller’s templates', async () => {
  const { exit, bodies, err } = await cli(['request', '--template', 'nope']);
  expect([exit, bodies]).toEqual([1, []]);
  expect(err).toContain('"Wrong total"');
  expect((await cli(['template', 'remove', 'x'], [])).err).toContain('template save NAME --from');
});

test('lists, saves from a past request without its times, and removes by name', async () => {
  expect((await cli(['template', 'list'])).out).toContain('Wrong total');
  const saved = await cli(['template', 'save', 'Wrong total', '--from', REQUEST_ID]);
  expect(saved.bodies).toEqual([
    {
      name: 'Wrong total',
      request: {
        ...{ tenant: 'acme', service: 'billing', scope: [{ resource: 'invoices/*', actions: ['read'] }] },
        ...{ duration: 'PT1H', justification: 'Case 4711', ticket: '4711' },
      },
    },
  ]);
  const { exit, seen } = await cli(['template', 'remove', 'wrong total']);
  expect([exit, seen.map(({ method }) => method)]).toEqual([0, ['GET', 'DELETE']]);
});
