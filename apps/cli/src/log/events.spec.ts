import { whoamiAnswer } from '../../test/answers.js';
import { fakeServers } from '../../test/fake-broker.js';
import { Terminal } from '../../test/terminal.js';
import { run } from '../main.js';

const serve = fakeServers();

/** Runs the command as a person of this tenant, or of the vendor. */
async function cli(own: string | null, ...argv: string[]) {
  const logs: string[] = [];
  const events = (slug: string) => () => {
    logs.push(slug);
    return { body: { items: [], next: null } };
  };
  const tenants = ['acme', 'globex'].map((slug) => ({ slug, name: slug }));
  const broker = await serve({
    'GET /api/v1/whoami': () => ({ body: whoamiAnswer(own) }),
    'GET /api/v1/organisation': () => ({ body: { vendor: { name: 'Northwind' }, tenants } }),
    'GET /api/v1/tenants/acme/events': events('acme'),
    'GET /api/v1/tenants/deployment/events': events('deployment'),
  });
  const terminal = new Terminal({ COUNTERSIGN_BROKER_URL: broker.url, COUNTERSIGN_API_KEY: 'csk_x' });
  const exit = await run(argv, terminal);
  return { exit, logs, err: terminal.err, calls: broker.seen.map(({ url }) => url) };
}

test('without a tenant, a customer’s person reads the log of their own', async () => {
  expect(await cli('acme', 'log', '--limit', '5')).toMatchObject({ exit: 0, logs: ['acme'], err: '' });
  expect(await cli('acme', 'log', 'deployment')).toMatchObject({
    exit: 0,
    logs: ['deployment'],
    calls: ['/api/v1/tenants/deployment/events'],
  });
});

test('without a tenant, the vendor’s people are told what they can name', async () => {
  const { exit, logs, err } = await cli(null, 'log');
  expect([exit, logs]).toEqual([2, []]);
  expect(err).toContain('error[invalid_usage]');
  expect(err).toContain('countersign log acme');
  expect(err).toContain('acme, globex');
  expect(err).toContain('deployment or vendor');
});

test('a wrong option is refused before anyone is asked whose log it is', async () => {
  expect(await cli('acme', 'log', '--limit', '1000')).toMatchObject({ exit: 2, calls: [] });
});
