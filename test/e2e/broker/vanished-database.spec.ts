import { startBroker } from '../../../apps/broker/src/main.js';
import { eventually } from '../../support/eventually.js';
import { TcpRelay } from '../../support/tcp-relay.js';
import { TestBroker } from '../harness.js';

test('the broker soon reports not ready while the database host is unreachable', async () => {
  const near = await TestBroker.start({ engine: 'PostgreSQL' });
  const relay = new TcpRelay();
  const databaseUrl = await relay.start(near.environment.databaseUrl);
  const far = await startBroker({ ...near.environment, databaseUrl }, { logTo: { write: () => {} } });
  const ask = (path: string) =>
    fetch(`${far.url}${path}`, { headers: { authorization: `Bearer ${near.keys.engineer}` } });
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
    await far.close();
    await near.close();
  }
});
