/** @soak */

import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { MAX_RESOURCE_LENGTH } from '@countersign/contract';
import { isSignedBy } from '@countersign/gateway-protocol';
import { GatewayWorld, refusal } from '../../../../../test/fakes/gateway-world.js';
import { SteppedClock } from '../../../../../test/fakes/stepped-clock.js';
import { until } from '../../../../../test/fakes/until.js';
import { onlyInSoak } from '../../../../../test/support/samples.js';
import { MAX_REFUSED_MS } from './quarantine.js';
import { batchIntervalAfter } from './shipper.js';

const MINUTE = 60_000;
const GLOBEX = '/billing/tenants/globex/invoices/7';

let world: GatewayWorld;
let clock: SteppedClock;
afterEach(() => world.stop());

async function start(): Promise<void> {
  clock = new SteppedClock();
  world = await GatewayWorld.start({ clock });
}

const shipped = async () => (await world.spool()).shipped;

const quarantined = async () => {
  const text = await readFile(join(world.spoolDir, 'quarantine.jsonl'), 'utf8');
  return text
    .trimEnd()
    .split('\n')
    .map(
      (line) => JSON.parse(line) as { tenant: string; seq: number; code: string; entry: { record: object } },
    );
};

describe('an unreachable broker', () => {
  test('P5: unreachable for an hour: nothing is lost, nothing is accepted twice, the order is kept', async () => {
    await start();
    const { broker, upstream } = world;
    const grants = [broker.grant({ seconds: 7_200 }), broker.grant({ tenant: 'globex', seconds: 7_200 })];
    broker.takesRecords = false;
    for (let step = 0; step < 6; step += 1) {
      await world.advance(clock, 10 * MINUTE);
      const [acme, globex] = grants.map((grant) => broker.token(grant, { now: new Date(clock.now()) }));
      for (let call = 0; call < 5; call += 1) {
        expect((await world.send({ token: acme })).status).toBe(200);
        expect((await world.send({ token: globex, path: GLOBEX })).status).toBe(200);
      }
    }
    expect(broker.records).toEqual([]);
    expect(await world.spool()).toMatchObject({ shipped: false, maxBytes: 1024 ** 3 });
    expect((await world.spool()).usedBytes).toBeGreaterThan(10_000);

    // At first the broker's answers are lost: it has the records and receives them again.
    broker.answersRecords = false;
    broker.takesRecords = true;
    await until(() => broker.recordsOf('outcome').length === 60);
    broker.answersRecords = true;
    await until(shipped);
    await world.gateway.close();
    expect(broker.gaps).toEqual([]);
    expect(broker.recordsOf('allowed').map(({ id }) => id)).toEqual(
      upstream.hits.map((hit) => hit.headers['countersign-record']),
    );
    expect(broker.recordsOf('outcome')).toHaveLength(60);
    const ids = broker.records.map(({ id, kind }) => id + kind);
    expect(new Set(ids).size).toBe(ids.length);
  }, 60_000);

  test('/metrics says how old the oldest record is that no broker has confirmed, also after a restart', async () => {
    await start();
    const { broker } = world;
    const grant = broker.grant({ seconds: 7_200 });
    const call = async () =>
      (await world.send({ token: broker.token(grant, { now: new Date(clock.now()) }) })).status;
    const age = async () => {
      const text = await (await fetch(`${world.gateway.adminUrl}/metrics`)).text();
      return Number(/^countersign_gateway_oldest_record_age_seconds (\S+)$/m.exec(text)?.[1]);
    };
    expect(await age()).toBe(0);
    broker.takesRecords = false;
    expect(await call()).toBe(200);
    await world.advance(clock, 10 * MINUTE);
    expect(await call()).toBe(200);
    expect(await age()).toBeGreaterThanOrEqual(600);
    await world.gateway.close();
    await world.startGateway({ clock });
    await until(async () => (await age()) >= 600);
    broker.takesRecords = true;
    await until(async () => (await shipped()) && (await age()) === 0);
  }, 60_000);

  test('P5: a gateway that is behind sends the next batch before the first is answered; if the first is refused, both are sent again', async () => {
    await start();
    const { broker } = world;
    broker.takesRecords = false;
    const token = broker.token(broker.grant());
    for (let round = 0; round < 14; round += 1)
      await Promise.all(
        Array.from({ length: 50 }, async () => expect((await world.send({ token })).status).toBe(200)),
      );
    const began = broker.stated.length;
    let isFirst = true;
    broker.beforeTaking = async ({ follows }) => {
      if (follows === true || !isFirst) return true;
      isFirst = false;
      // The first batch has no answer before the next one has come.
      await until(() => broker.stated.slice(began).some((batch) => batch.follows === true));
      return false;
    };
    broker.takesRecords = true;
    await until(shipped);
    expect(isFirst).toBe(false);
    expect(broker.gaps).toEqual([]);
    expect(broker.recordsOf('allowed')).toHaveLength(700);
    expect(broker.recordsOf('outcome')).toHaveLength(700);
    // What was sent ahead states nothing of what is before it.
    expect(broker.stated.filter(({ follows, complete }) => follows && complete)).toEqual([]);
  }, 60_000);

  test('P5: an emptied segment folder starts again, and its new records are shipped', async () => {
    await start();
    const { broker } = world;
    const token = broker.token(broker.grant());
    // Each start that writes records begins a segment, so the stored place moves up.
    for (let run = 0; run < 3; run += 1) {
      await world.send({ token });
      await world.gateway.close();
      await world.startGateway({ clock });
      await until(() => world.gateway.isInTouch());
    }
    await world.gateway.close();
    await rm(join(world.spoolDir, 'segments'), { recursive: true });
    await world.startGateway({ clock });
    await until(() => world.gateway.isInTouch());
    const before = broker.recordsOf('allowed').length;
    await world.send({ token });
    await until(() => broker.recordsOf('allowed').length === before + 1);
  }, 30_000);
});

describe('the place up to which the broker has everything', () => {
  test('P5: is forgotten after the folder was emptied, even if nothing can be shipped for some runs', async () => {
    await start();
    const { broker, upstream } = world;
    const token = broker.token(broker.grant());
    const again = async () => {
      await world.gateway.close();
      await world.startGateway({ clock });
      await until(() => world.gateway.isInTouch());
    };
    for (let run = 0; run < 3; run += 1) {
      await world.send({ token });
      await again();
    }
    await world.gateway.close();
    await rm(join(world.spoolDir, 'segments'), { recursive: true });
    await world.startGateway({ clock });
    await until(() => world.gateway.isInTouch());
    broker.takesRecords = false;
    const before = upstream.hits.length;
    for (let run = 0; run < 4; run += 1) {
      for (let call = 0; call < 5; call += 1) expect((await world.send({ token })).status).toBe(200);
      await again();
    }
    broker.takesRecords = true;
    await until(shipped);
    const brought = new Set(broker.recordsOf('allowed').map(({ id }) => id));
    for (const hit of upstream.hits.slice(before))
      expect(brought).toContain(hit.headers['countersign-record']);
  }, 60_000);
});

describe('a record that the broker rejects for good', () => {
  test('P5: is set aside on disk after ten minutes, with an error in the log; the others go on, and the gap is visible', async () => {
    await start();
    const { broker } = world;
    const [acme, globex] = [broker.token(broker.grant()), broker.token(broker.grant({ tenant: 'globex' }))];
    broker.refuses = (record) => record.tenant === 'acme' && record.kind === 'allowed';
    await world.send({ token: globex, path: GLOBEX });
    await world.send({ token: acme });
    await world.send({ token: acme });
    await world.send({ token: globex, path: GLOBEX });
    await until(() => world.logLines.some((line) => line.includes('answered 400')));
    expect(await world.spool()).toMatchObject({ quarantined: 0, shipped: false });

    await world.advance(clock, MAX_REFUSED_MS);
    await until(() => broker.records.filter(({ tenant }) => tenant === 'globex').length >= 4);
    await until(async () => (await world.spool()).quarantined === 2);
    const setAside = await quarantined();
    expect(setAside).toMatchObject([
      { tenant: 'acme', seq: 1, code: 'invalid_request', entry: { record: { kind: 'allowed', seq: 1 } } },
      { tenant: 'acme', code: 'invalid_request', entry: { record: { kind: 'allowed' } } },
    ]);
    // The outcomes come after what is missing: the broker sees the gap.
    await until(() => broker.records.filter(({ tenant }) => tenant === 'acme').length >= 2);
    expect(broker.gaps[0]).toMatchObject({ tenant: 'acme', kind: 'outcome' });
    expect(world.logLines.filter((line) => line.includes('was set aside'))).toHaveLength(2);
    const metrics = await (await fetch(`${world.gateway.adminUrl}/metrics`)).text();
    expect(metrics).toContain('countersign_gateway_quarantined_records 2');

    await world.gateway.close();
    await world.startGateway({ clock });
    await until(shipped);
    expect(await quarantined()).toEqual(setAside);
    expect((await world.spool()).usedBytes).toBeGreaterThan(JSON.stringify(setAside).length / 2);
  }, 60_000);

  test.each([
    ['itself fails', 503],
    ['misses the signature of a batch, as one that is newer than its gateway', 403],
  ])(
    'P5: if the broker %s, no record is set aside, however long it lasts',
    async (_case, status) => {
      await start();
      const { broker } = world;
      const { publicKey } = broker;
      if (status === 503) broker.takesRecords = false;
      else broker.publicKey = undefined;
      const token = broker.token(broker.grant());
      await world.send({ token });
      const tried = () => world.logLines.filter((line) => line.includes(`answered ${status}`)).length;
      await until(() => tried() > 0);
      await world.advance(clock, 10 * MAX_REFUSED_MS);
      const before = tried();
      await until(() => tried() > before + 2);
      expect(await world.spool()).toMatchObject({ quarantined: 0 });
      broker.takesRecords = true;
      broker.publicKey = publicKey;
      await until(() => broker.recordsOf('outcome').length === 1);
    },
    30_000,
  );
});

describe('what a batch says of the gateway’s history', () => {
  let grant: ReturnType<typeof world.broker.grant>;
  const sendOne = async () => {
    const before = world.broker.recordsOf('outcome').length;
    const token = world.broker.token(grant, { now: new Date(clock.now()) });
    expect((await world.send({ token })).status).toBe(200);
    await until(() => world.broker.recordsOf('outcome').length > before);
  };

  test('P10: the highest place of the feed, also right after a restart, and that nothing before it is missing', async () => {
    await start();
    const { broker } = world;
    grant = broker.grant({ seconds: 7_200 });
    const token = broker.token(grant);
    await sendOne();
    expect(broker.stated.at(-1)).toMatchObject({ seen: `1.${broker.seq}`, complete: true });
    await world.gateway.close();
    // No feed: the place is known from the disk alone.
    broker.drops = () => true;
    const before = broker.stated.length;
    await world.startGateway({ clock });
    expect((await world.send({ token })).status).toBe(503);
    await world.gateway.close();
    const said = broker.stated.slice(before).map(({ seen }) => seen);
    expect(new Set(said)).toEqual(new Set([`1.${broker.seq}`]));
  }, 60_000);

  test('P10: not that, once a record was set aside: for its run, and for the run that follows it', async () => {
    await start();
    const { broker } = world;
    grant = broker.grant({ seconds: 7_200 });
    const token = broker.token(grant);
    broker.refuses = (record) => record.kind === 'allowed';
    await world.send({ token });
    await until(() => world.logLines.some((line) => line.includes('answered 400')));
    await world.advance(clock, MAX_REFUSED_MS);
    await until(async () => (await world.spool()).quarantined === 1);
    broker.refuses = () => false;
    await sendOne();
    const runs = [broker.stated.at(-1)?.boot];
    expect(broker.stated.at(-1)).not.toHaveProperty('complete');
    for (let run = 0; run < 2; run += 1) {
      await world.gateway.close();
      await world.startGateway({ clock });
      await until(() => world.gateway.isInTouch());
      await sendOne();
      runs.push(broker.stated.at(-1)?.boot);
    }
    const firstOf = (boot: string | undefined) => broker.stated.find((each) => each.boot === boot);
    expect(firstOf(runs[1])).not.toHaveProperty('complete');
    expect(firstOf(runs[2])).toHaveProperty('complete', true);
  }, 60_000);

  test('P10: nor after a record was damaged on the disk, also after restarts', async () => {
    await start();
    const { broker } = world;
    grant = broker.grant({ seconds: 7_200 });
    const token = broker.token(grant);
    broker.takesRecords = false;
    await world.send({ token });
    await world.send({ token });
    await world.gateway.close();
    const folder = join(world.spoolDir, 'segments');
    const [segment = ''] = (await readdir(folder)).sort();
    const bytes = await readFile(join(folder, segment));
    // In the record of the first call; the lines behind it stay whole.
    bytes[bytes.indexOf('"grant"')] = 0;
    await writeFile(join(folder, segment), bytes);
    broker.takesRecords = true;
    for (let run = 0; run < 3; run += 1) {
      await world.startGateway({ clock });
      await until(() => world.gateway.isInTouch());
      await sendOne();
      await world.gateway.close();
    }
    expect(broker.stated.filter(({ complete }) => complete === true)).toEqual([]);
  }, 60_000);

  test('P10: a broker that has lost records is asked again for as long as it takes, and log and /readyz say what to do', async () => {
    await start();
    const { broker } = world;
    grant = broker.grant({ seconds: 7_200 });
    const token = broker.token(grant);
    broker.hasLostRecords = true;
    await world.send({ token });
    const readiness = async () => (await world.readiness()).parted;
    await until(async () => (await readiness())?.includes('countersign restore') === true);
    await world.advance(clock, 3 * MAX_REFUSED_MS);
    const tries = broker.stated.length;
    await until(() => broker.stated.length > tries + 1);
    expect(await world.spool()).toMatchObject({ quarantined: 0, shipped: false });
    const said = world.logLines.filter((line) => line.includes('countersign restore'));
    expect(said).toHaveLength(1);
    broker.hasLostRecords = false;
    await until(shipped);
    expect(await readiness()).toBeNull();
  }, 60_000);
});

describe('what is shipped each minute', () => {
  const counters = () => world.broker.recordsOf('counters');

  test('P5: refusals without a token cost no write; a minute of them is one record of the deployment', async () => {
    await start();
    const { broker, upstream } = world;
    const token = broker.token(broker.grant());
    for (let count = 0; count < 20; count += 1) {
      expect(await refusal(await world.send({ token: `${token}x` }))).toMatchObject({
        code: 'invalid_token',
      });
      expect(await refusal(await world.send({ path: '/nothing/x' }))).toMatchObject({
        code: 'route_not_listed',
      });
      await world.raw('GET /billing//x HTTP/1.1\r\nHost: x\r\n\r\n');
    }
    expect(await world.spool()).toMatchObject({ usedBytes: 0, backlog: 0 });
    await world.advance(clock, MINUTE);
    await until(() => counters().length === 1);
    await world.send({ token: `${token}x` });
    await world.advance(clock, MINUTE);
    await until(() => counters().length === 2);
    const found = counters().map(({ tenant, counts }) => ({
      tenant,
      counts: counts
        .map(({ service, code, count }) => ({ service, code, count }))
        .sort((a, b) => a.count - b.count),
    }));
    const sums = new Map<string, number>();
    for (const { counts } of found)
      for (const { service, code, count } of counts)
        sums.set(`${service} ${code}`, (sums.get(`${service} ${code}`) ?? 0) + count);
    expect(Object.fromEntries(sums)).toEqual({
      'billing invalid_token': 21,
      'null route_not_listed': 20,
      'null ambiguous_request': 20,
    });
    expect(found.every(({ tenant }) => tenant === 'deployment')).toBe(true);
    expect(upstream.hits).toEqual([]);
    expect(broker.records).toHaveLength(2);
    expect(counters().every((record) => isSignedBy(record, broker.publicKey ?? ''))).toBe(true);
  }, 60_000);

  test('P5: the gateway signs each chain that has new records, all of them when it stops, and an idle chain only once', async () => {
    await start();
    const { broker } = world;
    const heads = () => broker.recordsOf('head');
    const [acme, globex] = [broker.token(broker.grant()), broker.token(broker.grant({ tenant: 'globex' }))];
    await world.send({ token: acme });
    await world.send({ token: globex, path: GLOBEX });
    await until(() => broker.recordsOf('outcome').length === 2);
    await world.advance(clock, MINUTE);
    await until(() => heads().length === 2);
    await world.send({ token: acme });
    await until(() => broker.recordsOf('outcome').length === 3);
    await world.advance(clock, MINUTE);
    await until(() => heads().length === 3);
    await world.send({ token: globex, path: GLOBEX });
    await world.gateway.close();
    expect(
      heads()
        .map(({ tenant, seq }) => `${tenant} ${seq}`)
        .sort(),
    ).toEqual([...['acme 3', 'acme 6', 'globex 3', 'globex 6']]);
    expect(heads().every((head) => isSignedBy(head, broker.publicKey ?? ''))).toBe(true);
    expect(broker.gaps).toEqual([]);
    for (const tenant of ['acme', 'globex'])
      expect(broker.records.filter((record) => record.tenant === tenant).at(-1)).toMatchObject({
        kind: 'head',
      });
  }, 60_000);

  onlyInSoak(() => {
    test('P5: more than 60 refusals of a grant in a minute become one record with a count; allowed calls are never folded', async () => {
      await start();
      const { broker, upstream } = world;
      const token = broker.token(broker.grant());
      for (let count = 0; count < 70; count += 1) {
        expect((await world.send({ token, method: 'DELETE' })).status).toBe(403);
        expect((await world.send({ token })).status).toBe(200);
      }
      await world.advance(clock, MINUTE);
      await until(() => broker.recordsOf('refused').length === 61);
      expect(broker.recordsOf('refused').map(({ count }) => count)).toEqual([...Array(60).fill(1), 10]);
      await until(() => broker.recordsOf('allowed').length === 70);
      expect(upstream.hits).toHaveLength(70);
    }, 60_000);
  });

  test('P5: a call with the longest possible resource is recorded like any other', async () => {
    await start();
    const { broker } = world;
    const id = '7'.repeat(MAX_RESOURCE_LENGTH - 'invoices/'.length);
    const send = (invoice: string) =>
      world.send({ token, path: `/billing/tenants/acme/invoices/${invoice}` });
    const token = broker.token(broker.grant());
    expect((await send(`${id}7`)).status).toBe(400);
    expect((await send(id)).status).toBe(200);
    await until(() => broker.recordsOf('outcome').length === 1);
    expect(broker.recordsOf('allowed')).toMatchObject([{ resource: `invoices/${id}` }]);
  }, 30_000);
});

test('a slow broker gets fewer and larger batches; no record waits for a second', () => {
  expect([0, 1, 4, 10, 20, 5_000].map(batchIntervalAfter)).toEqual([100, 100, 100, 250, 500, 500]);
});
