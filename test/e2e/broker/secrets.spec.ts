import { randomBytes } from 'node:crypto';
import Database from 'better-sqlite3';
import { ask } from '../../factories/ask.js';
import { TestBroker } from '../harness.js';
import { EventStream } from '../sse.js';
import { codeOf, makeGrant, mintToken } from '../story.js';

let broker: TestBroker;
const start = () => TestBroker.start({ settings: { logLevel: 'trace' } });
beforeAll(async () => {
  broker = await start();
});
afterAll(() => broker.close());

const REASON = 'Private words about Mrs Miller';

describe('P11: no secret and no personal value in logs and errors', () => {
  test('a complete access request leaves none in the log', async () => {
    const { bearer, credential, text } = await broker.enrolGateway('one');
    const { grant, request } = await makeGrant(broker, 'engineer', {
      justification: REASON,
      ticket: 'MILLER-1',
    });
    const { access_token: token } = await mintToken(broker, grant);
    const form = { 'content-type': 'application/x-www-form-urlencoded' };
    for (const path of ['/oauth/introspect', '/oauth/revoke'])
      await broker.call('engineer', 'POST', path, { raw: `token=${token}`, headers: form });
    const nonce = randomBytes(32).toString('base64url');
    const feed = await EventStream.open(`${broker.url}/gateway/v1/feed?nonce=${nonce}`, {
      authorization: bearer,
    });
    await feed.next();
    feed.close();
    await broker.fetch('GET', `/api/v1/whoami?key=${broker.keys.engineer}`, {
      headers: { cookie: 'session=abc123' },
    });
    await broker.call('engineer', 'POST', '/api/v1/requests', { raw: `{"justification":"${REASON}"` });
    await broker.call('approver', 'POST', `/api/v1/grants/${grant}/revocation`, { body: { reason: REASON } });
    await broker.call('engineer', 'POST', '/api/v1/requests', {
      body: ask({ justification: REASON, tenant: 'nobody' }),
    });
    const log = broker.logLines.join('');
    expect(broker.logLines.length).toBeGreaterThan(10);
    const openings = request['openings'] as Record<string, { salt: string }>;
    const secrets = [
      ...Object.values(broker.keys),
      token,
      token.split('.')[2]!,
      credential.secret,
      text,
      nonce,
      openings['justification']!.salt,
      REASON,
      'MILLER-1',
      'abc123',
      'PRIVATE KEY',
      '@vendor.example',
      Buffer.from(broker.environment.masterKey).toString('base64'),
    ];
    for (const secret of secrets) expect(log.includes(secret)).toBe(false);
  });

  test('an unexpected error is 500 internal_error: the answer shows no detail, and the log shows no value', async () => {
    const broken = await start();
    const database = new Database(broken.environment.databaseUrl.slice('sqlite:'.length));
    database.exec(
      "CREATE TRIGGER broken BEFORE INSERT ON requests BEGIN SELECT RAISE(ABORT, 'the disk is on fire'); END",
    );
    database.close();
    const answer = await broken.call('engineer', 'POST', '/api/v1/requests', {
      body: ask({ justification: REASON }),
    });
    expect(codeOf(answer)).toBe('500 internal_error');
    expect(Object.keys(answer.body as object).sort()).toEqual(['code', 'detail', 'status', 'title', 'type']);
    expect(answer.text).not.toMatch(/fire|requests|sqlite|insert|stack/i);
    const log = broken.logLines.join('');
    expect(log).toContain('the disk is on fire');
    expect(log).not.toContain(REASON);
    const list = await broken.call('engineer', 'GET', '/api/v1/requests');
    expect((list.body as { items: unknown[] }).items).toEqual([]);
    await broken.close();
  });

  test('the answer to an invalid body repeats none of its values', async () => {
    const answer = await broker.call('engineer', 'POST', '/api/v1/requests', {
      body: ask({ duration: REASON, tenant: { REASON }, scope: [{ resource: REASON, actions: [REASON] }] }),
    });
    expect(answer.status).toBe(400);
    expect(answer.text).not.toContain('Miller');
  });

  test('answers forbid caching, above all answers with tokens', async () => {
    const { grant } = await makeGrant(broker);
    const answer = await broker.call('engineer', 'POST', `/api/v1/grants/${grant}/tokens`);
    expect(answer.headers.get('cache-control')).toBe('no-store');
    expect((await broker.call('engineer', 'GET', '/api/v1/whoami')).headers.get('cache-control')).toBe(
      'no-store',
    );
  });
});
