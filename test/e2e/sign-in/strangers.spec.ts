import { setTimeout as pause } from 'node:timers/promises';
import { type Answer, TestBroker } from '../harness.js';

let broker: TestBroker;
beforeAll(async () => {
  broker = await TestBroker.start();
});
afterAll(() => broker.close());

/** The status of an answer that arrives while someone else holds the database's writer; `waits` if none does. */
async function whileTheWriterIsTaken(call: () => Promise<Answer>): Promise<number | 'waits'> {
  let release = () => {};
  const held = new Promise<void>((resolve) => {
    release = resolve;
  });
  let begun = () => {};
  const taken = new Promise<void>((resolve) => {
    begun = resolve;
  });
  const unit = broker.host.store.asVendor(async () => {
    begun();
    await held;
  });
  await taken;
  const answer = call();
  const status = await Promise.race([answer.then((each) => each.status), pause(3_000, 'waits' as const)]);
  release();
  await Promise.all([unit, answer]);
  return status;
}

const SECRET = 'x'.repeat(43);
const cookie = `__Host-countersign-browser=${SECRET}`;

test.each<[string, number, () => Promise<Answer>]>([
  [
    'a guessed code of a command line',
    401,
    () => broker.fetch('POST', '/auth/cli/token', { body: { code: SECRET, verifier: SECRET } }),
  ],
  [
    'a guessed mailed code',
    401,
    () =>
      broker.page(null, 'POST', '/auth/code/verify', { body: { code: 'ABCD-EFGH' }, headers: { cookie } }),
  ],
  [
    'an answer of a provider that no one waits for',
    303,
    () =>
      broker.fetch('GET', `/auth/oidc/acme/callback?code=x&state=${SECRET}&iss=x`, { headers: { cookie } }),
  ],
])('%s needs no write', async (_what, status, call) => {
  expect(await whileTheWriterIsTaken(call)).toBe(status);
});
