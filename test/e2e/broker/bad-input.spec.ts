/** @soak */

import { request as httpRequest } from 'node:http';
import { ask } from '../../factories/ask.js';
import { someRows } from '../../support/samples.js';
import { type CallOptions, TestBroker, TestClock } from '../harness.js';
import { codeOf, makeGrant, makeRequest } from '../story.js';

let broker: TestBroker;
beforeAll(async () => {
  broker = await TestBroker.start({ clock: TestClock.awayFromMidnight() });
});
afterAll(() => broker.close());

const post = (options: CallOptions, path = '/api/v1/requests') =>
  broker.call('engineer', 'POST', path, options);

interface ProblemBody {
  code: string;
  pointer?: string;
  errors?: { pointer: string; detail: string }[];
  refusals?: { code: string; pointer: string }[];
}

/** Everything that a refused call could have written. */
async function written(): Promise<unknown> {
  const requests = await broker.call('reviewer', 'GET', '/api/v1/requests?limit=200');
  const events = await broker.call('vendorAuditor', 'GET', '/api/v1/tenants/acme/events?limit=200');
  return [requests.body, events.body];
}

describe('malformed input gets a stable code and a pointer, and writes nothing', () => {
  test.each<[string, unknown, string]>(
    someRows(
      [
        ['an unknown member', ask({ surprise: 1 }), '/surprise'],
        ['a start in the past', ask({ startsAt: '2020-11-24T15:00:00Z' }), '/startsAt'],
        ['a budget of halves', ask({ budget: { calls: 1.5 } }), '/budget/calls'],
        ['a start on Monday', ask({ startsOn: 'monday' }), '/startsOn'],
        ['another basis', ask({ basis: 'friendship' }), '/basis'],
        ['a wrong type', ask({ tenant: 7 }), '/tenant'],
        ['null for text', ask({ justification: null }), '/justification'],
        ['a missing member', ask({ service: undefined }), '/service'],
        ['no scope', ask({ scope: [] }), '/scope'],
        ['scope of another shape', ask({ scope: 'invoices' }), '/scope'],
        [
          'an unknown nested member',
          ask({ scope: [{ resource: 'invoices', actions: ['list'], x: 1 }] }),
          '/scope/0/x',
        ],
        [
          'a resource with a backslash',
          ask({ scope: [{ resource: 'inv\\oices', actions: ['list'] }] }),
          '/scope/0/resource',
        ],
        [
          'a resource with a parent segment',
          ask({ scope: [{ resource: 'a//b', actions: ['list'] }] }),
          '/scope/0/resource',
        ],
        ['every action', ask({ scope: [{ resource: 'invoices', actions: ['*'] }] }), '/scope/0/actions/0'],
        ['a duration in words', ask({ duration: 'an hour' }), '/duration'],
        ['a duration of nothing', ask({ duration: 'PT0S' }), '/duration'],
        ['a negative duration', ask({ duration: '-PT1H' }), '/duration'],
        ['a duration in months', ask({ duration: 'P1M' }), '/duration'],
        ['a lone surrogate', ask({ justification: 'broken \ud800 text' }), '/justification'],
        ['NUL in text', ask({ ticket: 'a\0b' }), '/ticket'],
        ['a novel', ask({ justification: 'x'.repeat(4_001) }), '/justification'],
        ['an array for a body', [ask()], ''],
      ],
      3,
    ),
  )('%s is 400 invalid_request', async (_name, body, pointer) => {
    const before = await written();
    const answer = await post({ body });
    expect(codeOf(answer)).toBe('400 invalid_request');
    const problem = answer.body as ProblemBody;
    expect(problem.pointer).toBe(pointer);
    expect(answer.headers.get('content-type')).toBe('application/problem+json');
    expect(await written()).toEqual(before);
  });

  test('reports all errors at once', async () => {
    const { body } = await post({ body: ask({ tenant: 1, service: 2, extra: 3 }) });
    expect((body as ProblemBody).errors?.map((error) => error.pointer).sort()).toEqual([
      '/extra',
      '/service',
      '/tenant',
    ]);
  });

  test.each(
    someRows([
      ['__proto__', '{"__proto__":{"polluted":true},'],
      ['__proto__, escaped', '{"\\u005f\\u005fproto__":{"polluted":true},'],
      ['constructor.prototype', '{"constructor":{"prototype":{"polluted":true}},'],
    ]),
  )('prototype pollution: a member named %s is refused', async (_name, start) => {
    const raw = JSON.stringify(ask()).replace('{', start);
    expect(codeOf(await post({ raw }))).toBe('400 invalid_request');
    expect('polluted' in {}).toBe(false);
  });

  const bytes = Buffer.from(JSON.stringify(ask({ justification: 'INVALID' })));
  const at = bytes.indexOf('INVALID');
  const withBytes = (...inserted: number[]) =>
    Buffer.concat([bytes.subarray(0, at), Buffer.from(inserted), bytes.subarray(at)]);

  test.each(
    someRows([
      ['0xFF', withBytes(0xff)],
      ['an overlong slash', withBytes(0xc0, 0xaf)],
      ['CESU-8', withBytes(0xed, 0xa0, 0xbd, 0xed, 0xb8, 0x80)],
      ['a cut sequence', withBytes(0xe2, 0x82)],
      ['a byte order mark before the body', Buffer.concat([Buffer.from([0xef, 0xbb, 0xbf]), bytes])],
    ]),
  )('invalid UTF-8 is refused, not stored as U+FFFD: %s', async (_name, raw) => {
    const before = await written();
    const answer = await post({ raw });
    expect(codeOf(answer)).toBe('400 invalid_request');
    expect((answer.body as { detail: string }).detail).toContain('UTF-8');
    expect(await written()).toEqual(before);
  });

  test.each(
    someRows([
      ['a member twice', (json: string) => json.replace('{', '{"tenant":"globex",')],
      ['a member twice, once escaped', (json: string) => json.replace('{', '{"\\u0074enant":"globex",')],
      [
        'a member of a part twice',
        (json: string) => json.replace('"resource":', '"resource":"payroll","resource":'),
      ],
    ]),
  )('%s is refused: no reader has to choose', async (_name, change) => {
    const before = await written();
    const answer = await post({ raw: change(JSON.stringify(ask())) });
    expect(codeOf(answer)).toBe('400 invalid_request');
    expect((answer.body as { detail: string }).detail).toContain('names a member twice');
    expect(await written()).toEqual(before);
  });

  test.each<[string, CallOptions, string]>(
    someRows(
      [
        ['malformed JSON', { raw: '{"tenant":' }, '400 invalid_request'],
        ['a bare value', { raw: '7' }, '400 invalid_request'],
        ['no body', {}, '400 invalid_request'],
        ['10,000-deep JSON', { raw: `${'['.repeat(10_000)}${']'.repeat(10_000)}` }, '400 invalid_request'],
        [
          '10,000-deep JSON in a member',
          {
            raw: JSON.stringify(ask({ tenant: 'X' })).replace(
              '"X"',
              `${'['.repeat(10_000)}${']'.repeat(10_000)}`,
            ),
          },
          '400 invalid_request',
        ],
        [
          'another content type',
          { raw: JSON.stringify(ask()), headers: { 'content-type': 'text/plain' } },
          '400 invalid_request',
        ],
        [
          'a form',
          { raw: 'tenant=acme', headers: { 'content-type': 'application/x-www-form-urlencoded' } },
          '400 invalid_request',
        ],
        [
          'an unknown charset',
          { raw: '{}', headers: { 'content-type': 'application/json; charset=utf-7' } },
          '400 invalid_request',
        ],
        ['a compressed body', { raw: '{}', headers: { 'content-encoding': 'gzip' } }, '400 invalid_request'],
        ['a body of 10 MB', { raw: `{"tenant":"${'x'.repeat(10_000_000)}"}` }, '413 body_too_large'],
      ],
      2,
    ),
  )('%s', async (_name, options, expected) => {
    const before = await written();
    expect(codeOf(await post(options))).toBe(expected);
    expect(await written()).toEqual(before);
  });

  test('a chunked body of 10 MB is also 413', async () => {
    const status = await new Promise<number | undefined>((resolve, reject) => {
      const { host } = new URL(broker.url);
      const sent = httpRequest(`http://${host}/api/v1/requests`, {
        method: 'POST',
        headers: {
          authorization: `Bearer ${broker.keys.engineer}`,
          'content-type': 'application/json',
          'transfer-encoding': 'chunked',
        },
      });
      sent.on('response', (answer) => {
        answer.resume();
        resolve(answer.statusCode);
      });
      sent.on('error', (error: NodeJS.ErrnoException) =>
        error.code === 'EPIPE' ? undefined : reject(error),
      );
      const chunk = Buffer.alloc(64 * 1024, 0x20);
      for (let count = 0; count < 160; count += 1) sent.write(chunk);
      sent.end();
    });
    expect(status).toBe(413);
  });
});

describe('a well-formed request that is refused', () => {
  test.each<[string, Record<string, unknown>, string[]]>(
    someRows(
      [
        ['no reason', { justification: undefined }, ['justification_required']],
        ['a blank reason', { justification: '  \n ' }, ['justification_required']],
        ['an unknown tenant', { tenant: 'nobody' }, ['unknown_tenant']],
        ['a malformed tenant', { tenant: '../acme' }, ['unknown_tenant']],
        ['an unknown service', { service: 'nothing' }, ['unknown_service']],
        [
          'an unknown resource',
          { scope: [{ resource: 'secrets', actions: ['read'] }] },
          ['unknown_resource'],
        ],
        ['an unknown action', { scope: [{ resource: 'invoices', actions: ['burn'] }] }, ['unknown_action']],
        [
          'a scope that the customer forbids',
          { scope: [{ resource: 'payroll', actions: ['list'] }] },
          ['forbidden_scope'],
        ],
        [
          'a scope that overlaps a forbidden one',
          { scope: [{ resource: '**', actions: ['list'] }] },
          ['forbidden_scope'],
        ],
        ['too long', { duration: 'PT2H' }, ['duration_too_long']],
        [
          'an action that needs a passkey',
          { scope: [{ resource: 'invoices/*', actions: ['update'] }] },
          ['countersignature_unavailable'],
        ],
        [
          'too large',
          {
            scope: Array.from({ length: 21 }, (_, index) => ({
              resource: `invoices/${index}`,
              actions: ['read'],
            })),
          },
          ['terms_too_large'],
        ],
        [
          'several refusals at once',
          { justification: '', duration: 'P2D', tenant: 'nobody' },
          ['unknown_tenant', 'duration_too_long', 'justification_required'],
        ],
      ],
      2,
    ),
  )('%s', async (_name, change, codes) => {
    const before = await written();
    const answer = await post({ body: ask(change) });
    expect(codeOf(answer)).toBe('422 request_refused');
    expect((answer.body as ProblemBody).refusals?.map((refusal) => refusal.code)).toEqual(codes);
    const preview = await post({ body: ask(change) }, '/api/v1/requests/preview');
    expect(preview.status).toBe(200);
    expect(preview.body).toMatchObject({
      outcome: 'refused',
      refusals: (answer.body as ProblemBody).refusals,
    });
    expect(await written()).toEqual(before);
  });

  test('an engineer may have at most five open requests in one tenant', async () => {
    for (let count = 0; count < 5; count += 1)
      await makeRequest(broker, 'otherEngineer', { tenant: 'globex' });
    const answer = await broker.call('otherEngineer', 'POST', '/api/v1/requests', {
      body: ask({ tenant: 'globex' }),
    });
    expect((answer.body as ProblemBody).refusals?.map((refusal) => refusal.code)).toEqual(['too_many_open']);
  });
});

describe('headers', () => {
  /** Sends the headers exactly as listed; a repeated header is sent twice. */
  function statusOf(headers: string[]): Promise<number | undefined> {
    return new Promise((resolve, reject) => {
      const sent = httpRequest(`${broker.url}/api/v1/whoami`, { headers: ['Host', 'localhost', ...headers] });
      sent.on('response', (answer) => {
        answer.resume();
        resolve(answer.statusCode);
      });
      sent.on('error', reject);
      sent.end();
    });
  }

  test('repeated credentials are 400, even if one of them is valid', async () => {
    const good = `Bearer ${broker.keys.engineer}`;
    expect(await statusOf(['Authorization', good])).toBe(200);
    expect(await statusOf(['Authorization', good, 'authorization', 'Bearer x'])).toBe(400);
    expect(await statusOf(['Authorization', 'Bearer x', 'Authorization', good])).toBe(400);
  });

  test('too many headers are 400, not silently dropped', async () => {
    const many = Array.from({ length: 1_200 }, (_, index) => [`x-${index}`, '1']).flat();
    expect(await statusOf([...many, 'Authorization', `Bearer ${broker.keys.engineer}`])).toBe(400);
  });

  test('HEAD on a stream ends at once', async () => {
    expect((await broker.call('engineer', 'HEAD', '/api/v1/stream')).status).toBe(200);
  });
});

describe('ids, queries and addresses', () => {
  test.each(
    someRows(
      [
        '/api/v1/requests/nonsense',
        '/api/v1/requests/req_00000000-0000-7000-8000-000000000000',
        '/api/v1/requests/REQ_00000000-0000-7000-8000-000000000000',
        '/api/v1/grants/req_00000000-0000-7000-8000-000000000000',
        `/api/v1/grants/${'x'.repeat(4_000)}`,
        '/api/v1/grants/%00',
        "/api/v1/grants/'%20or%201=1",
        '/api/v1/tenants/NOT-A-SLUG/events',
        '/api/v1/tenants/nobody/access-records',
        '/api/v1/services/no-such',
        '/api/v1/services/healthz',
        '/api/v1',
        '/API/V1/REQUESTS',
        '/api/docs/package.json',
        '/api/docs/..%2fpackage.json',
        '/nothing/here',
      ],
      3,
    ),
  )('%s is 404 not_found', async (path) => {
    const answer = await broker.call('securityAdmin', 'GET', path);
    expect(codeOf(answer)).toBe('404 not_found');
    expect(answer.headers.get('content-type')).toBe('application/problem+json');
  });

  test('a path that is not UTF-8 is 400', async () => {
    expect(codeOf(await broker.call('engineer', 'GET', '/api/v1/grants/%ff'))).toBe('400 invalid_request');
  });

  test('an unsupported method is not found', async () => {
    expect(codeOf(await broker.call('engineer', 'PUT', '/api/v1/requests'))).toBe('404 not_found');
  });

  test.each(
    someRows(
      [
        ['limit=0', 'invalid_request'],
        ['ticket=CASE-1%00', 'invalid_request'],
        ['ticket=%20', 'invalid_request'],
        ['text=%E2%80%93', 'invalid_request'],
        ['limit=201', 'invalid_request'],
        ['limit=ten', 'invalid_request'],
        ['limit=5&limit=6', 'invalid_request'],
        ['surprise=1', 'invalid_request'],
        ['state=open', 'invalid_request'],
        ['decision=allowed', 'invalid_request'],
        ['person=erin', 'invalid_request'],
        ['tenant=NOT%20A%20SLUG', 'invalid_request'],
        ['from=yesterday', 'invalid_request'],
        ['from=2026-02-30T00:00:00Z', 'invalid_request'],
        ['cursor=nonsense', 'invalid_cursor'],
        ['cursor=', 'invalid_cursor'],
        [
          `cursor=${Buffer.from('grt_00000000-0000-7000-8000-000000000000').toString('base64url')}`,
          'invalid_cursor',
        ],
        [
          `cursor=${Buffer.from('req_00000000-0000-7000-8000-000000000000').toString('base64url')}`,
          'invalid_cursor',
        ],
      ],
      3,
    ),
  )('a list with %s is 400 %s', async (query, code) => {
    expect(codeOf(await broker.call('reviewer', 'GET', `/api/v1/requests?${query}`))).toBe(`400 ${code}`);
  });

  test.each(
    someRows([
      ['{}', '/decision'],
      ['{"decision":"approve"}', '/digest'],
      ['{"decision":"maybe","digest":"x"}', '/decision'],
      ['{"decision":"counter","digest":"x"}', '/terms'],
      ['{"decision":"approve","digest":"x","countersignature":{}}', '/countersignature/statement'],
      ['{"decision":"approve","digest":"x","terms":{}}', '/terms/v'],
    ]),
  )('a review of %s is 400 at %s', async (raw, pointer) => {
    const request = await makeRequest(broker);
    const answer = await broker.call('reviewer', 'POST', `/api/v1/requests/${request.id}/reviews`, { raw });
    expect(codeOf(answer)).toBe('400 invalid_request');
    expect((answer.body as ProblemBody).pointer).toBe(pointer);
    await broker.call('engineer', 'POST', `/api/v1/requests/${request.id}/cancel`);
  });

  test('a revocation without a reason is refused and the grant stays active', async () => {
    const { grant } = await makeGrant(broker);
    for (const body of [{}, { reason: ' ' }, { reason: 7 }])
      expect(
        codeOf(await broker.call('approver', 'POST', `/api/v1/grants/${grant}/revocation`, { body })),
      ).toBe('400 invalid_request');
    expect((await broker.call('approver', 'GET', `/api/v1/grants/${grant}`)).body).toMatchObject({
      state: 'active',
    });
  });

  test.each<[string, string | undefined]>([
    ['none', undefined],
    ['another scheme', 'Basic dXNlcjpwYXNz'],
    ['a key that never was', `Bearer csk_${'A'.repeat(43)}`],
    ['a key with a tail', 'TAIL'],
    ['a malformed key', 'Bearer csk_'],
    ['a gateway that never was', `Bearer gtw_00000000-0000-7000-8000-000000000000.${'A'.repeat(43)}`],
  ])('credentials: %s is 401 with a challenge', async (_name, authorization) => {
    const value = authorization === 'TAIL' ? `Bearer ${broker.keys.engineer}x` : authorization;
    const headers: Record<string, string> = value === undefined ? {} : { authorization: value };
    const answer = await broker.fetch('GET', '/api/v1/whoami', { headers });
    expect(codeOf(answer)).toBe('401 unauthenticated');
    expect(answer.headers.get('www-authenticate')).toBe(
      `Bearer realm="countersign"${value === undefined ? '' : ', error="invalid_token"'}`,
    );
  });

  test('no answer names the framework, and an answer is HTML only on request', async () => {
    const answer = await broker.fetch('GET', '/nothing');
    expect(answer.headers.get('x-powered-by')).toBeNull();
    expect(answer.text).not.toMatch(/<html|Cannot GET|express|nest/i);
  });
});
