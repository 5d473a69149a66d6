/** @soak */

import { ask } from '../../factories/ask.js';
import type { PersonName } from '../../factories/organisation.js';
import { onlyInSoak, someRows } from '../../support/samples.js';
import { TestBroker } from '../harness.js';
import { codeOf, makeGrant, makeRequest, mintToken, type RequestBody } from '../story.js';

let broker: TestBroker;
beforeAll(async () => {
  broker = await TestBroker.start();
});
afterAll(() => broker.close());

const create = (key: string, change: Record<string, unknown> = {}, who: PersonName = 'engineer') =>
  broker.call(who, 'POST', '/api/v1/requests', { body: ask(change), headers: { 'idempotency-key': key } });

async function openRequests(who: PersonName): Promise<number> {
  const { body } = await broker.call(who, 'GET', `/api/v1/requests?person=${broker.persons[who]}&limit=200`);
  return (body as { items: RequestBody[] }).items.length;
}

afterEach(async () => {
  for (const who of ['engineer', 'otherEngineer'] as const) {
    const { body } = await broker.call(who, 'GET', '/api/v1/requests?limit=200');
    for (const { id, state } of (body as { items: RequestBody[] }).items)
      if (state.startsWith('awaiting')) await broker.call(who, 'POST', `/api/v1/requests/${id}/cancel`);
  }
});

describe('Idempotency-Key', () => {
  test('a repetition gets the first answer and changes nothing', async () => {
    const first = await create('one');
    const before = await openRequests('engineer');
    const second = await create('one');
    expect([first.status, second.status]).toEqual([201, 201]);
    expect(second.body).toEqual(first.body);
    expect(await openRequests('engineer')).toBe(before);
  });

  test('fifty parallel repetitions have one effect and one answer', async () => {
    const before = await openRequests('engineer');
    const answers = await Promise.all(Array.from({ length: 50 }, () => create('parallel')));
    expect(answers.map((answer) => answer.status)).toEqual(answers.map(() => 201));
    expect(new Set(answers.map((answer) => (answer.body as RequestBody).id)).size).toBe(1);
    expect(await openRequests('engineer')).toBe(before + 1);
  });

  onlyInSoak(() => {
    test('fifty parallel decisions with one key create one review, and every answer contains it', async () => {
      const request = await makeRequest(broker);
      const answers = await Promise.all(
        Array.from({ length: 50 }, () =>
          broker.call('reviewer', 'POST', `/api/v1/requests/${request.id}/reviews`, {
            body: { decision: 'approve', digest: request.digest },
            headers: { 'idempotency-key': 'decide' },
          }),
        ),
      );
      expect(new Set(answers.map((answer) => answer.status))).toEqual(new Set([201]));
      expect(new Set(answers.map((answer) => (answer.body as { id: string }).id)).size).toBe(1);
    });
  });

  test('the same key with another body is 422, no matter what differs', async () => {
    await create('reused');
    expect(codeOf(await create('reused', { duration: 'PT20M' }))).toBe('422 idempotency_key_reused');
  });

  test('a key applies to one person and one address', async () => {
    const mine = await create('shared');
    const theirs = await create('shared', {}, 'otherEngineer');
    expect((theirs.body as RequestBody).id).not.toBe((mine.body as RequestBody).id);
    const [a, b] = [await makeRequest(broker), await makeRequest(broker)];
    for (const { id } of [a, b]) {
      const headers = { 'idempotency-key': 'cancel' };
      const answer = await broker.call('engineer', 'POST', `/api/v1/requests/${id}/cancel`, { headers });
      expect(answer.body).toMatchObject({ id, state: 'cancelled' });
    }
  });

  onlyInSoak(() => {
    test('a refusal is not stored: the same key may be used again', async () => {
      const refused = await create('later', { tenant: 'nobody' });
      expect(refused.status).toBe(422);
      expect((await create('later')).status).toBe(201);
    });

    test('after 24 hours the key is new', async () => {
      const first = await create('old');
      broker.clock.advance(24 * 3600 + 1);
      const second = await create('old');
      expect((second.body as RequestBody).id).not.toBe((first.body as RequestBody).id);
    });

    test('a repeated stop gets the grant’s end again', async () => {
      const { grant } = await makeGrant(broker);
      const stop = () =>
        broker.call('approver', 'POST', `/api/v1/grants/${grant}/revocation`, {
          body: { reason: 'enough' },
          headers: { 'idempotency-key': 'stop' },
        });
      const [first, second] = [await stop(), await stop()];
      expect(first.status).toBe(200);
      expect(second.body).toEqual(first.body);
    });
  });

  test('P11: tokens are secrets, so no key stores one', async () => {
    const { grant } = await makeGrant(broker);
    const mint = () =>
      broker.call('engineer', 'POST', `/api/v1/grants/${grant}/tokens`, {
        headers: { 'idempotency-key': 'mint' },
      });
    const tokens = [await mint(), await mint()].map(
      (answer) => (answer.body as { access_token: string }).access_token,
    );
    expect(tokens[0]).not.toBe(tokens[1]);
    expect((await mintToken(broker, grant)).access_token).not.toBe(tokens[0]);
  });

  test.each(someRows(['', 'é', 'x'.repeat(256), 'a\tb']))('a key “%s” is refused', async (key) => {
    expect(codeOf(await create(key))).toBe('400 invalid_request');
  });
});
