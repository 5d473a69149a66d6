import { serviceAnswer } from '../../test/answers.js';
import { fakeServers, problem } from '../../test/fake-broker.js';
import { Terminal } from '../../test/terminal.js';
import { run } from '../main.js';
import { nearest } from './suggestions.js';

const NAMES = {
  vendor: { name: 'Northwind' },
  tenants: ['acme', 'globex'].map((slug) => ({ slug, name: slug })),
};
const LISTS = {
  'GET /api/v1/organisation': () => ({ body: NAMES }),
  'GET /api/v1/services': () => ({ body: { items: [serviceAnswer()], next: null } }),
  'GET /api/v1/services/billing': () => ({ body: serviceAnswer() }),
};
const serve = fakeServers();

async function refused(refusal: { code: string; pointer: string }, words: string[], lists: object = LISTS) {
  const refusals = [{ ...refusal, detail: 'There is no such name.' }];
  const refuse = () => problem(422, 'request_refused', 'Refused.', { refusals });
  const broker = await serve({ ...lists, 'POST /api/v1/requests': refuse });
  const terminal = new Terminal({ COUNTERSIGN_BROKER_URL: broker.url, COUNTERSIGN_API_KEY: 'csk_a-key' });
  const exit = await run(['request', ...words, '--for', '1h', '--reason', 'Case 4711', '--json'], terminal);
  expect(exit).toBe(1);
  expect(JSON.parse(terminal.out)).toMatchObject({ refusals });
  return terminal.err;
}

const scope = (text: string) => ['--scope', text];

test.each([
  ['unknown_tenant', '/tenant', ['globx', 'billing', ...scope('invoices/*:read')], 'globex'],
  ['unknown_service', '/service', ['globex', 'bililng', ...scope('invoices/*:read')], 'billing'],
  ['unknown_resource', '/scope/0/resource', ['globex', 'billing', ...scope('invoice/*:read')], 'invoices/*'],
  ['unknown_action', '/scope/0/actions/0', ['globex', 'billing', ...scope('invoices/*:raed')], 'read'],
])('%s: the refusal names what may have been meant', async (code, pointer, words, name) => {
  expect(await refused({ code, pointer }, words)).toContain(
    `error[${code}]: There is no such name. Did you mean ${name}?\n`,
  );
});

test('a refusal stays as it is if nothing is near, if it is about something else, or if the names cannot be read', async () => {
  const plain = (code: string) => `error[${code}]: There is no such name.\n`;
  const words = ['initech', 'billing', ...scope('invoices/*:read')];
  expect(await refused({ code: 'unknown_tenant', pointer: '/tenant' }, words)).toContain(
    plain('unknown_tenant'),
  );
  expect(await refused({ code: 'duration_too_long', pointer: '/duration' }, words)).toContain(
    plain('duration_too_long'),
  );
  const near = ['globx', 'billing', ...scope('invoices/*:read')];
  expect(await refused({ code: 'unknown_tenant', pointer: '/tenant' }, near, {})).toContain(
    plain('unknown_tenant'),
  );
});

test('routes of a service that does not exist', async () => {
  const broker = await serve(LISTS);
  const terminal = new Terminal({ COUNTERSIGN_BROKER_URL: broker.url, COUNTERSIGN_API_KEY: 'csk_a-key' });
  expect(await run(['routes', 'biling'], terminal)).toBe(1);
  expect(terminal.err).toBe('error[not_found]: There is no service “biling”. Did you mean billing?\n');
});

test.each([
  ['invoices', ['invoices', 'customers'], ['invoices']],
  ['inovices', ['invoices', 'customers'], ['invoices']],
  ['lst', ['list', 'last', 'read'], ['list', 'last']],
  ['payroll', ['invoices', 'customers'], []],
  ['x', ['y'], []],
  ['', ['a'], []],
])('nearest to %j among %j is %j', (word, names, expected) => {
  expect(nearest(word, names)).toEqual(expected);
});

test('log with a mistyped verb: the refusal names the verb; a tenant that is near to none is refused as before', async () => {
  const unknown = () => problem(404, 'not_found', 'There is no such log.');
  const broker = await serve({
    'GET /api/v1/tenants/veify/events': unknown,
    'GET /api/v1/tenants/initech/events': unknown,
  });
  const log = async (word: string) => {
    const terminal = new Terminal({ COUNTERSIGN_BROKER_URL: broker.url, COUNTERSIGN_API_KEY: 'csk_a-key' });
    expect(await run(['log', word], terminal)).toBe(1);
    return terminal.err;
  };
  expect(await log('veify')).toBe(
    'error[not_found]: There is no such log. “veify” was taken for a tenant. Did you mean "countersign log verify"?\n',
  );
  expect(await log('initech')).toBe('error[not_found]: There is no such log.\n');
});
