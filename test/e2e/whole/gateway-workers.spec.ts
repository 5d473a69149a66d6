/** @soak */

import { fork } from 'node:child_process';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { STOP_TYPE, type StopStatement, toInstant } from '@countersign/contract';
import { setPin, writePins } from '@countersign/gateway-protocol';
import { AT, LOG_POINT } from '../../factories/trust.js';
import { recordsAtBroker, takeAccount } from '../../support/account.js';
import { Authenticator } from '../../support/authenticator.js';
import { callGateway } from '../../support/call-gateway.js';
import { eventually } from '../../support/eventually.js';
import { brokenByGatewayKills, NOTHING_BROKEN } from '../../support/expect-gateway-kills.js';
import { isAlive, servingWorkers, untilGone } from '../../support/gateway-workers.js';
import { leavesByGateways } from '../../support/leaves-by-gateways.js';
import { Load } from '../../support/load.js';
import { copiesOf, verifyCopies } from '../../support/log-copy.js';
import { compiled } from '../../support/root.js';
import { onlyInSoak, samples } from '../../support/samples.js';
import { gatewayProcessWithUpstream } from '../../support/site-with-upstream.js';
import { makeGrant, mintToken, revokeGrant } from '../../support/story.js';

/** The SHA-256 of no bytes. */
const EMPTY_BODY = 'sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855';
const DEPLOYMENT = 'dep_0199f0a0-7b2c-7003-8000-0000000000d1';
const PERSON = 'usr_0199f0a0-7b2c-7003-8000-0000000000a1';
const CONNECTIONS = 16;
const BUDGET = 200;
/** Slow enough that a budget is not used up before a worker is killed. */
const SLOW_MS = 50;

const gatewayEnv = { COUNTERSIGN_GATEWAY_WORKERS: '3' };
let startedSite: Awaited<ReturnType<typeof gatewayProcessWithUpstream>>;
/** Workers and primaries that were killed: each may leave calls recorded that it did not forward. */
let killed = 0;
beforeAll(async () => {
  startedSite = await gatewayProcessWithUpstream({ gatewayEnv });
  await startedSite.site.startGateway();
});
afterAll(() => startedSite.close());
afterEach(() => {
  startedSite.upstream.answer = (_request, response) => void response.end('{"ok":true}');
});

function load(token: string): Load {
  const path = () => '/billing/tenants/acme/invoices/7';
  return new Load({ origin: startedSite.site.gatewayUrl, connections: CONNECTIONS, token, path });
}

async function killAnyWorker(): Promise<void> {
  const pid = await anyWorker();
  process.kill(pid, 'SIGKILL');
  killed += 1;
  await untilGone(pid);
}

/** One of the workers that serve, chosen at random. */
async function anyWorker(): Promise<number> {
  const pids = await servingWorkers(startedSite.site);
  return pids[Math.floor(Math.random() * pids.length)] as number;
}

onlyInSoak(() => {
  test('a worker reports that it runs from its first moment on: one that hangs before it serves is found by its silence', async () => {
    // `node:cluster` takes a process with this variable for a worker. This one never gets the message to begin.
    const env = { NODE_UNIQUE_ID: '1' };
    const worker = fork(compiled('programs/gateway.js'), { env, serialization: 'advanced' });
    try {
      const types: string[] = [];
      worker.on('message', ({ type }: { type?: string }) => {
        if (type !== undefined) types.push(type);
      });
      await eventually('it has reported twice', () => types.length >= 3);
      expect(types.slice(0, 3)).toEqual(['hello', 'alive', 'alive']);
    } finally {
      worker.kill('SIGKILL');
    }
  }, 60_000);
});

test('P1: one approved change is made once, whichever worker gets it', async () => {
  const { site, upstream } = startedSite;
  const before = upstream.hits.length;
  const change = { method: 'GET', path: '/tenants/acme/invoices/7', bodySha256: EMPTY_BODY };
  const grant = await makeGrant(site, 'engineer', { change, budget: { calls: 1 } });
  const token = await mintToken(site, grant);
  const answers = await Promise.all(Array.from({ length: 3 * CONNECTIONS }, () => callGateway(site, token)));
  expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
  expect(upstream.hits).toHaveLength(before + 1);
  expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200, 403]));
}, 120_000);

test('P6: a stop is effective everywhere although a worker is paused: that worker is killed, and nothing passes once it is gone', async () => {
  const { site, upstream } = startedSite;
  const grant = await makeGrant(site);
  const token = await mintToken(site, grant);
  const before = upstream.hits.length;
  // Answers that never end: the stop has to cut them.
  upstream.answer = (_request, response) => void response.write('{"ok":');
  const call = () =>
    callGateway(site, token).then(
      () => 'whole',
      () => 'cut',
    );
  const open = Array.from({ length: CONNECTIONS }, call);
  await eventually('calls are open', () => upstream.hits.length === before + CONNECTIONS);
  const paused = await anyWorker();
  process.kill(paused, 'SIGSTOP');
  await revokeGrant(site, grant);
  await untilGone(paused);
  killed += 1;
  expect(await Promise.all(open)).toEqual(open.map(() => 'cut'));
  await servingWorkers(site);
  const answers = await Promise.all(Array.from({ length: CONNECTIONS }, () => callGateway(site, token)));
  expect(answers.map(({ code }) => code)).toEqual(answers.map(() => 'grant_ended'));
  expect(upstream.hits).toHaveLength(before + CONNECTIONS);
}, 120_000);

onlyInSoak(() => {
  test('P6: while the primary hangs, the workers refuse everything two seconds later, and serve again after it', async () => {
    const { site, upstream } = startedSite;
    const token = await mintToken(site, await makeGrant(site));
    await eventually('calls are allowed', async () => (await callGateway(site, token)).status === 200);
    const primary = site.gateway.pid;
    process.kill(primary, 'SIGSTOP');
    try {
      // The last event of the feed is at most a second old: the liveness deadline alone would allow calls for nine more seconds.
      await sleep(4_000);
      const before = upstream.hits.length;
      const answers = await Promise.all(Array.from({ length: CONNECTIONS }, () => callGateway(site, token)));
      expect(answers.map(({ code }) => code)).toEqual(answers.map(() => 'not_in_touch'));
      expect(upstream.hits).toHaveLength(before);
    } finally {
      process.kill(primary, 'SIGCONT');
    }
    await servingWorkers(site);
    await eventually('calls are allowed again', async () => (await callGateway(site, token)).status === 200);
  }, 120_000);

  test('P1: a budget over several workers, killed at random, is never exceeded, and is used up in the end', async () => {
    const { site, upstream } = startedSite;
    upstream.answer = (_request, response) => void setTimeout(() => response.end('{"ok":true}'), SLOW_MS);
    const grant = await makeGrant(site, 'engineer', { budget: { calls: BUDGET } });
    const before = upstream.hits.length;
    const calls = load(await mintToken(site, grant));
    const allowed = async () =>
      (await leavesByGateways(site)).filter(
        ({ type, data }) => type === 'access.allowed' && data['grant'] === grant,
      ).length;
    try {
      for (let kill = 0; kill < samples('workerKills'); kill += 1) await killAnyWorker();
      await eventually('the budget is used up', async () => (await allowed()) >= BUDGET);
    } finally {
      await calls.stop();
    }
    await recordsAtBroker(site);
    expect(await allowed()).toBe(BUDGET);
    expect(upstream.hits.length - before).toBeLessThanOrEqual(BUDGET);
  }, 600_000);

  test('a customer’s stop that a worker receives is decided by the primary', async () => {
    const now = Date.now();
    const statement: StopStatement = {
      type: STOP_TYPE,
      ...{ deployment: DEPLOYMENT, tenant: 'acme', person: PERSON, nonce: 'A'.repeat(43) },
      ...{ notBefore: toInstant(new Date(now)), notAfter: toInstant(new Date(now + 60_000)) },
      ...{ trust: `sha256:${'a'.repeat(64)}`, log: LOG_POINT },
    };
    const answers = await Promise.all(
      Array.from({ length: CONNECTIONS }, async () => {
        const answer = await fetch(`${startedSite.site.gatewayUrl}/countersign/stop`, {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify({ countersignature: new Authenticator().sign(statement, AT) }),
        });
        const { code, reason } = (await answer.json()) as { code: string; reason: string };
        return `${code} ${reason}`;
      }),
    );
    // No one has claimed the tenant: the primary, which has all pins, says so.
    expect(new Set(answers)).toEqual(new Set(['not_countersigned not_pinned']));
  }, 120_000);

  test('a pin that someone removes from the host raises the alarm, in the metrics of the whole gateway too', async () => {
    const { site } = startedSite;
    const spoolDir = join(site.folder, 'spool');
    const pinned = async () => {
      const answer = await fetch(`${site.gatewayAdminUrl}/readyz`);
      return ((await answer.json()) as { pins: { tenant: string; alarm?: string }[] }).pins;
    };
    const alarms = async () =>
      /^countersign_gateway_pin_alarms (\d+)$/m.exec(
        await (await fetch(`${site.gatewayAdminUrl}/metrics`)).text(),
      )?.[1];
    // Of a tenant that no other test calls.
    const { pin } = setPin(undefined, `sha256:${'a'.repeat(64)}`, Date.now());
    await writePins(spoolDir, { hooli: pin });
    await eventually('the pin is in force', async () => (await pinned()).length === 1);
    expect(await alarms()).toBe('0');
    await writePins(spoolDir, {});
    await eventually('the alarm', async () => (await pinned())[0]?.alarm === 'missing');
    expect(await alarms()).toBe('1');
  }, 120_000);

  test('metrics are those of all workers', async () => {
    const { site } = startedSite;
    await servingWorkers(site);
    const text = await (await fetch(`${site.gatewayAdminUrl}/metrics`)).text();
    const processes = [...text.matchAll(/cpu_seconds_total\{process="(\w+)"\}/g)].map(([, name]) => name);
    expect(processes.sort()).toEqual(['0', '1', '2', 'primary']);
    expect(text).toMatch(/^countersign_gateway_in_touch 1$/m);
  }, 120_000);

  test('SIGTERM ends all workers in order', async () => {
    const { site } = startedSite;
    const pids = await servingWorkers(site);
    expect(await site.gateway.stop()).toMatchObject({ code: 0 });
    expect(pids.filter(isAlive)).toEqual([]);
    await site.startGateway();
  }, 120_000);
});

test('P5: kill -9 of workers and of the primary loses no record of an allowed call, and nothing answers afterwards; the log verifies, also if the next start has one process', async () => {
  const { site, upstream } = startedSite;
  // Some answers are slow, so that calls are always in progress.
  upstream.answer = (_request, response) => {
    setTimeout(() => response.end('{"ok":true}'), upstream.hits.length % 7);
  };
  const answered = new Set<string>();
  const underLoad = async (kill: () => Promise<unknown>) => {
    const calls = load(await mintToken(site, await makeGrant(site)));
    try {
      const before = upstream.hits.length;
      await eventually('calls reach the upstream', () => upstream.hits.length > before + 40);
      await kill();
    } finally {
      await calls.stop();
    }
    for (const record of calls.answered) answered.add(record);
  };
  for (let kill = 0; kill < samples('workerKills'); kill += 1)
    await underLoad(async () => {
      await killAnyWorker();
      const after = upstream.hits.length;
      await eventually('the others go on', () => upstream.hits.length > after + 40);
    });
  await underLoad(async () => {
    const pids = await servingWorkers(site);
    await site.gateway.stop('SIGKILL');
    killed += 1;
    await Promise.all(pids.map(untilGone));
    const end = upstream.hits.length;
    await expect(fetch(`${site.gatewayUrl}/healthz`)).rejects.toThrow();
    expect(upstream.hits).toHaveLength(end);
  });
  gatewayEnv.COUNTERSIGN_GATEWAY_WORKERS = '1';
  await site.startGateway();
  const account = await takeAccount(site, upstream.hits);
  const report = { account, answered, leftOpen: 0, mostUnforwarded: killed * CONNECTIONS };
  expect(brokenByGatewayKills(report)).toEqual(NOTHING_BROKEN);
  const token = await mintToken(site, await makeGrant(site));
  const { record } = await callGateway(site, token);
  const { data } = await eventually('the call in the log', async () =>
    (await leavesByGateways(site)).find((leaf) => leaf.data['record'] === record),
  );
  const { beside } = data['lane'] as { beside: { lane: number }[] };
  expect(beside.map(({ lane }) => lane)).toEqual([1, 2]);
  const copies = await copiesOf({ host: site.store.host } as never);
  const { warnings } = await verifyCopies(copies);
  expect(warnings.map(({ code }) => code).sort()).toEqual(['first_run', 'host_made_key']);
}, 900_000);
