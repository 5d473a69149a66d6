import { grantAnswer, REQUEST_ID, requestAnswer, serviceAnswer, terms } from '../../test/answers.js';
import { fakeServers } from '../../test/fake-broker.js';
import { Terminal } from '../../test/terminal.js';
import { openApi } from '../api/open-api.js';
import { Context } from '../command/context.js';
import { offerRequest } from './offer-request.js';

const serve = fakeServers();

const PATH = '/tenants/acme/invoices/17';
const WANTED = {
  tenant: 'acme',
  service: 'billing',
  scope: [{ resource: 'invoices/17', actions: ['update'] }],
};
/** As a gateway writes it. */
const refused = (request: object = WANTED, status = 403) =>
  JSON.stringify({
    type: 'about:blank',
    title: 'No.',
    status,
    code: 'insufficient_scope',
    detail: 'x',
    request,
  });

async function offer(
  printed: string,
  { says, granted = {}, routes }: { says?: boolean; granted?: object; routes?: object[] } = {},
) {
  const asked: unknown[] = [];
  const broker = await serve({
    [`GET /api/v1/requests/${REQUEST_ID}`]: () => ({
      body: { ...requestAnswer({ terms: terms() }), ...granted },
    }),
    'GET /api/v1/services/billing': () => ({ body: { ...serviceAnswer(), ...(routes && { routes }) } }),
    'POST /api/v1/requests': ({ body }) => {
      asked.push(body);
      return { status: 201, body: requestAnswer() };
    },
  });
  const terminal = new Terminal({ COUNTERSIGN_BROKER_URL: broker.url, COUNTERSIGN_API_KEY: 'csk_x' });
  const questions: string[] = [];
  const confirm = (question: string) => {
    questions.push(question);
    return Promise.resolve(says === true);
  };
  const io = says === undefined ? terminal : Object.assign(terminal, { confirm });
  const grant = grantAnswer('http://localhost:1/billing') as Parameters<typeof offerRequest>[2]['grant'];
  await offerRequest(new Context(io, false), await openApi(terminal.env), { grant, path: PATH, printed });
  return { asked, questions, err: terminal.err };
}

const COMMAND = "countersign request acme billing --scope 'invoices/17:update' --for PT1H --reason TEXT";

test('without a terminal the command is printed that requests what the call needs', async () => {
  const { asked, err } = await offer(refused());
  expect(asked).toEqual([]);
  expect(err).toContain(COMMAND);
});

test('on a terminal it asks, and a yes requests exactly that, with the reason and the ticket of the grant', async () => {
  const { asked, questions, err } = await offer(`HTTP/1.1 403 Forbidden\r\n\r\n${refused()}`, {
    says: true,
    granted: { ticket: 'CASE-1' },
  });
  expect(questions).toEqual([expect.stringContaining('Request “update” on invoices/17 of acme for 1 h,')]);
  expect(asked).toEqual([{ ...WANTED, duration: 'PT1H', justification: 'Case 4711', ticket: 'CASE-1' }]);
  expect(err).toContain(`countersign show ${REQUEST_ID}`);
});

test('a no prints the command; an erased reason is not asked for', async () => {
  const no = await offer(refused(), { says: false });
  expect([no.asked, no.err]).toEqual([[], expect.stringContaining(COMMAND)]);
  const erased = await offer(refused(), { says: true, granted: { justification: null } });
  expect([erased.asked, erased.questions, erased.err]).toEqual([[], [], expect.stringContaining(COMMAND)]);
});

test('a persisted operation is offered if one at that path does so much', async () => {
  const [route] = serviceAnswer().routes;
  const operation = (path: string, action: string) => ({
    ...{ ...route, method: 'POST', path, resource: 'invoices/{id}', action, query: [] },
    graphql: { sha256: 'a'.repeat(64), type: 'mutation', variables: { id: '/id' } },
  });
  const offered = async (...routes: object[]) => {
    const { err } = await offer(refused(), { routes });
    return err.includes(COMMAND);
  };
  const path = '/tenants/{tenant}/invoices/{invoice}';
  expect(await offered(operation(path, 'update'))).toBe(true);
  expect(await offered(operation(path, 'read'))).toBe(false);
  expect(await offered(operation('/tenants/{tenant}/graphql', 'update'))).toBe(false);
});

describe('an upstream that writes such a text cannot make anyone request something else', () => {
  test.each<[string, string]>([
    ['another resource', refused({ ...WANTED, scope: [{ resource: '**', actions: ['update'] }] })],
    ['a pattern', refused({ ...WANTED, scope: [{ resource: 'invoices/*', actions: ['update'] }] })],
    [
      'an action that no route of this path has',
      refused({ ...WANTED, scope: [{ resource: 'invoices/17', actions: ['*'] }] }),
    ],
    [
      'several actions',
      refused({ ...WANTED, scope: [{ resource: 'invoices/17', actions: ['read', 'update'] }] }),
    ],
    ['another service', refused({ ...WANTED, service: 'payroll' })],
    ['another tenant', refused({ ...WANTED, tenant: 'globex' })],
    ['a tenant that is no slug', refused({ ...WANTED, tenant: "acme'; rm -rf ~ #" })],
    ['another status', refused(WANTED, 200)],
    ['no JSON', refused().slice(0, -2)],
    ['an ordinary answer', '{"total":1}'],
  ])('%s', async (_, printed) => {
    expect(await offer(printed, { says: true })).toEqual({ asked: [], questions: [], err: '' });
  });
});

test('with --json nothing is asked or printed', async () => {
  const terminal = Object.assign(new Terminal({}), { confirm: () => Promise.resolve(true) });
  const grant = grantAnswer('http://localhost:1/billing') as Parameters<typeof offerRequest>[2]['grant'];
  const api = { call: () => Promise.reject(new Error('nothing is to be asked')) };
  await offerRequest(new Context(terminal, true), api, { grant, path: PATH, printed: refused() });
  expect(terminal.err).toBe('');
});
