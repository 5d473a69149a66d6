import { whileTheWriterIsTaken } from '../../support/taken-writer.js';
import { type Answer, TestBroker } from '../harness.js';

let broker: TestBroker;
beforeAll(async () => {
  broker = await TestBroker.start();
});
afterAll(() => broker.close());

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
  expect(await whileTheWriterIsTaken(broker, call)).toBe(status);
});
