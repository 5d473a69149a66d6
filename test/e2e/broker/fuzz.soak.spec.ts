import fc from 'fast-check';
import { anyText } from '../../factories/any-text.js';
import { ask } from '../../factories/ask.js';
import { urlPath } from '../../support/url-text.js';
import { TestBroker } from '../harness.js';

let broker: TestBroker;
let bearer: string;
beforeAll(async () => {
  broker = await TestBroker.start({ settings: { logLevel: 'error' } });
  bearer = (await broker.enrolGateway('fuzz')).bearer;
});
afterAll(() => broker.close());

const RUNS = 100;
const text = fc.oneof(
  anyText(),
  fc.constantFrom(
    'acme',
    'billing',
    'invoices',
    'invoices/*',
    '**',
    'read',
    'PT1H',
    '*',
    '',
    '\0',
    '..',
    '{id}',
  ),
);
const value = fc.oneof(text, fc.jsonValue({ maxDepth: 3 }), fc.double(), fc.constant(null));
const members = ['tenant', 'service', 'scope', 'duration', 'justification', 'ticket', 'startsOn', 'basis'];

/** An access request with some members replaced by arbitrary values, and sometimes an unknown member. */
const almostAsk = fc
  .dictionary(fc.oneof(fc.constantFrom(...members), text), value, { maxKeys: 3 })
  .map((change) => ask(change));

describe('arbitrary input', () => {
  test('P13: a request is stored, malformed or refused; it never causes an internal error', async () => {
    await fc.assert(
      fc.asyncProperty(fc.oneof(almostAsk, fc.jsonValue()), async (body) => {
        const sent = await broker.call('engineer', 'POST', '/api/v1/requests', { raw: JSON.stringify(body) });
        expect([201, 400, 422]).toContain(sent.status);
        const { id } = sent.body as { id?: string };
        if (id !== undefined) await broker.call('engineer', 'POST', `/api/v1/requests/${id}/cancel`);
      }),
      { numRuns: RUNS },
    );
  });

  test('bytes that are not JSON are 400', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ minLength: 1, maxLength: 200 }), async (bytes) => {
        const sent = await broker.call('engineer', 'POST', '/api/v1/requests', { raw: Buffer.from(bytes) });
        expect([400]).toContain(sent.status);
      }),
      { numRuns: RUNS },
    );
  });

  test('paths and queries get a status below 500', async () => {
    const path = fc.oneof(
      urlPath,
      fc.constantFrom(
        '/api/v1/requests',
        '/api/v1/grants',
        '/api/v1/tenants/acme/events',
        '/api/v1/tenants/acme/access-records',
      ),
      text.map((id) => `/api/v1/grants/${encodeURIComponent(id)}`),
      text.map((slug) => `/api/v1/tenants/${encodeURIComponent(slug)}/events`),
    );
    const query = fc.dictionary(
      fc.oneof(fc.constantFrom('cursor', 'limit', 'state', 'tenant', 'grant', 'person', 'from', 'to'), text),
      text,
      { maxKeys: 3 },
    );
    await fc.assert(
      fc.asyncProperty(path, query, async (address, parameters) => {
        const search = new URLSearchParams(parameters).toString();
        const sent = await broker.call('vendorAuditor', 'GET', `${address}?${search}`);
        expect(sent.status).toBeLessThan(500);
      }),
      { numRuns: RUNS },
    );
  });

  test('records of a gateway are accepted or 400', async () => {
    await fc.assert(
      fc.asyncProperty(fc.jsonValue(), async (body) => {
        const sent = await broker.fetch('POST', '/gateway/v1/records', {
          raw: JSON.stringify(body),
          headers: { authorization: bearer },
        });
        expect(sent.status).toBe(400);
      }),
      { numRuns: RUNS },
    );
  });

  test('invalid tokens are not active, and invalid credentials are 401', async () => {
    await fc.assert(
      fc.asyncProperty(fc.string({ minLength: 1, maxLength: 300 }), async (token) => {
        const form = await fetch(`${broker.url}/oauth/introspect`, {
          method: 'POST',
          headers: { authorization: `Bearer ${broker.keys.engineer}` },
          body: new URLSearchParams({ token }),
        });
        expect(await form.json()).toEqual({ active: false });
        const headers = { authorization: `Bearer csk_${encodeURIComponent(token)}` };
        expect((await broker.fetch('GET', '/api/v1/whoami', { headers })).status).toBe(401);
      }),
      { numRuns: RUNS },
    );
  });

  test('none of this caused an internal error', () => {
    expect(broker.logLines).toEqual([]);
  });
});
