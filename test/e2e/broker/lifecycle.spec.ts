/**
 * @soak
 * @alone
 */

import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { request as httpRequest } from 'node:http';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import type { BrokerEnvironment } from '@countersign/config';
import { migrate, systemClock, systemRandomness, uuidV7Ids } from '@countersign/persistence';
import { jest } from '@jest/globals';
import { startBroker } from '../../../apps/broker/src/main.js';
import { ask } from '../../factories/ask.js';
import { onBusyMachine } from '../../support/deadline.js';
import { eventually } from '../../support/eventually.js';
import { freePort } from '../../support/free-port.js';
import { onlyInSoak } from '../../support/samples.js';
import { BrokerProcess } from '../broker-process.js';
import { TestBroker, TestClock } from '../harness.js';
import { EventStream } from '../sse.js';

/** Processes start slowly while many tests run in parallel. */
jest.setTimeout(120_000);

let broker: TestBroker;
const started: BrokerProcess[] = [];

function spawn(...from: Parameters<typeof BrokerProcess.spawn>): BrokerProcess {
  const process = BrokerProcess.spawn(...from);
  started.push(process);
  return process;
}

beforeAll(async () => {
  broker = await TestBroker.start();
  await broker.broker.close();
});
afterEach(async () => {
  for (const process of started.splice(0)) {
    process.child.kill('SIGKILL');
    await process.ended;
  }
});
afterAll(() => broker.close());

onlyInSoak(() => {
  test('a broker that has closed is not kept in memory', async () => {
    setFlagsFromString('--expose-gc');
    const collectGarbage = runInNewContext('gc') as () => void;
    const startAndClose = async () => {
      const clock = new TestClock();
      await (await TestBroker.start({ clock })).close();
      return new WeakRef(clock);
    };
    const closed = await startAndClose();
    // Nest keeps the logger of the newest application until the next one starts.
    await startAndClose();
    await eventually('the clock of the closed broker is collected', async () => {
      collectGarbage();
      return closed.deref() === undefined;
    });
  });
});

async function start(change: Record<string, string | undefined> = {}): Promise<BrokerProcess> {
  const running = spawn(broker.environment, await freePort(), change);
  await running.ready();
  return running;
}

/** Sends half of a request's body: `finish` sends the rest and returns the answer. */
async function halfSent(
  url: string,
  authorization: string,
): Promise<{ finish(): Promise<{ status: number }>; cut: Promise<boolean> }> {
  const body = JSON.stringify(ask());
  const sent = httpRequest(`${url}/api/v1/requests`, {
    method: 'POST',
    headers: { authorization, 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) },
  });
  const answer = new Promise<{ status: number }>((resolve, reject) => {
    sent.on('response', (response) => {
      response.resume();
      resolve({ status: response.statusCode ?? 0 });
    });
    sent.on('error', reject);
  });
  await new Promise((resolve) => sent.write(body.slice(0, 20), resolve));
  const cut = answer.then(
    () => false,
    () => true,
  );
  return {
    cut,
    finish: () => {
      sent.end(body.slice(20));
      return answer;
    },
  };
}

/** Whether a new connection is refused. A connection that is already open may still be served. */
function isRefused(url: string): Promise<boolean> {
  const { port } = new URL(url);
  return new Promise((resolve) => {
    const socket = connect(Number(port), '127.0.0.1');
    socket.on('error', () => resolve(true));
    socket.on('connect', () => {
      socket.destroy();
      resolve(false);
    });
  });
}

describe('stopping', () => {
  test('on SIGTERM it finishes requests in progress, ends streams, accepts no more, and exits with 0 within 5 s', async () => {
    const running = await start();
    const { bearer } = await broker.enrolGateway('one');
    const authorization = `Bearer ${broker.keys.engineer}`;
    const nonce = randomBytes(32).toString('base64url');
    const feed = await EventStream.open(`${running.url}/gateway/v1/feed?nonce=${nonce}`, {
      authorization: bearer,
    });
    const stream = await EventStream.open(`${running.url}/api/v1/stream`, { authorization });
    const half = await halfSent(running.url, authorization);
    const begun = performance.now();
    running.child.kill('SIGTERM');
    await Promise.all([feed.ended(), stream.ended()]);
    expect(await isRefused(running.url)).toBe(true);
    expect((await half.finish()).status).toBe(201);
    expect(await running.ended).toBe(0);
    expect(performance.now() - begun).toBeLessThan(onBusyMachine(5_000));
    expect(running.stderr).toBe('');
  });

  onlyInSoak(() => {
    test('a request that never finishes does not delay it', async () => {
      const running = await startBroker(broker.environment, { logTo: { write: () => undefined } });
      const half = await halfSent(running.url, `Bearer ${broker.keys.engineer}`);
      const begun = performance.now();
      await running.close();
      expect(performance.now() - begun).toBeLessThan(onBusyMachine(5_500));
      expect(await half.cut).toBe(true);
    });
  });
});

describe('a start that fails', () => {
  const refused = async (change: Record<string, string | undefined>, port?: number): Promise<string> => {
    const running = spawn(broker.environment, port ?? (await freePort()), change);
    expect(await running.ended).toBe(1);
    expect(running.stderr.trimEnd().split('\n')).toHaveLength(1);
    return running.stderr;
  };

  onlyInSoak(() => {
    test('names an invalid variable and its rule, never the value', async () => {
      const line = await refused({ COUNTERSIGN_MASTER_KEY: 'too-short-a-secret' });
      expect(line).toMatch(/^error\[invalid_config\]: COUNTERSIGN_MASTER_KEY must be/);
      expect(line).not.toContain('too-short-a-secret');
    });
  });

  test('reports another master key than the store was created with, and a store that does not exist', async () => {
    const { environment } = broker;
    const codeOf = (change: Partial<BrokerEnvironment>) =>
      startBroker({ ...environment, ...change }).then(
        () => 'it has started',
        (error: { code?: string; message: string }) => `${error.code}: ${error.message}`,
      );
    const masterKey = new Uint8Array(randomBytes(32));
    expect(await codeOf({ masterKey })).toMatch(/^master_key_mismatch: /);
    const databaseUrl = `sqlite:${environment.dataDir}/none.db`;
    expect(await codeOf({ databaseUrl })).toMatch(/^database_missing: .*countersign migrate/);
  });

  onlyInSoak(() => {
    test('reports a port that is in use', async () => {
      const other = createServer();
      const port = await freePort();
      await new Promise<void>((resolve) => other.listen(port, '127.0.0.1', resolve));
      expect(await refused({}, port)).toMatch(/^error\[port_unavailable\]: .*EADDRINUSE/);
      await new Promise((resolve) => other.close(resolve));
    });

    test('without an organisation it starts and refuses everyone', async () => {
      const folder = await mkdtemp(join(tmpdir(), 'countersign-empty-'));
      const masterKey = new Uint8Array(randomBytes(32));
      const url = `sqlite:${join(folder, 'c.db')}`;
      await migrate({ url, masterKey, ids: uuidV7Ids, random: systemRandomness, clock: systemClock });
      const running = await startBroker({ ...broker.environment, databaseUrl: url, masterKey });
      const answer = await fetch(`${running.url}/api/v1/whoami`);
      expect(answer.status).toBe(401);
      await running.close();
      await rm(folder, { recursive: true });
    });
  });
});
