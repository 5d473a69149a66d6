import { organisation } from '../../factories/organisation.js';
import { eventually } from '../../support/eventually.js';
import { emptyDatabase } from '../../support/postgres/database.js';
import { Site } from '../../support/site.js';
import { TcpRelay } from '../../support/tcp-relay.js';

test('the broker soon reports not ready while the database host is unreachable', async () => {
  const { url, drop } = await emptyDatabase();
  const relay = new TcpRelay();
  const site = await Site.start({
    organisation: organisation(),
    databaseUrl: url,
    brokerEnv: { COUNTERSIGN_DATABASE_URL: await relay.start(url) },
  });
  const authorization = `Bearer ${await site.key('engineer')}`;
  const ask = (path: string) => fetch(`${site.brokerUrl}${path}`, { headers: { authorization } });
  try {
    expect((await ask('/readyz')).status).toBe(200);
    relay.swallows = true;
    // An API call waits for the store; the readiness probe does not.
    let hasAnswered = false;
    const call = ask('/api/v1/whoami').finally(() => {
      hasAnswered = true;
    });
    call.catch(() => undefined);
    // What one probe has read counts for a second.
    const probe = await eventually('not ready', async () => {
      const answer = await ask('/readyz');
      return answer.status === 503 ? answer : undefined;
    });
    expect(await probe.json()).toEqual({ status: 'unavailable' });
    expect(hasAnswered).toBe(false);
  } finally {
    await relay.stop();
    await site.close();
    await drop();
  }
});
