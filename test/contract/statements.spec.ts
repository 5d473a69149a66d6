/** @soak */

import {
  type Deps,
  EVERYTHING,
  enrolGateway,
  getRequest,
  headsWanted,
  type IncomingRecord,
  ingestRecords,
  listStatements,
  makeDailyStatements,
  type Principal,
  pruneLogs,
  readStatement,
  revokeGateway,
  type SignStatement,
  sealDays,
  setLogSettings,
} from '@countersign/access';
import { uuidV7Ids } from '@countersign/persistence';
import { filler } from '../factories/filler.js';
import { describeUseCase } from './support/describe-store.js';
import { aGrant, aRecord, aRequest } from './support/rows.js';
import { startWorkflow, type Workflow } from './support/workflow.js';

const DAY = 86_400;
const BOOT = '0199f0a0-7b2c-4003-8000-000000000003';
const OTHER_BOOT = '0199f0a0-7b2c-4003-8000-000000000004';
const ALL = { cursor: null, limit: 200 };
const settings = (dailyStatement: 'off' | 'webhook' | 'mail') => ({
  erasureAfterDays: 90,
  retentionDays: null,
  dailyStatement,
});

/** Signs nothing; the broker's own signing is tested over HTTP. */
const sign: SignStatement = (_tenant, { from }, { count }) =>
  Promise.resolve({ size: count, root: 'r', note: `note of ${from}`, madeAt: '2026-11-25T00:00:00.000Z' });

describeUseCase('SQLite', 'statements of accesses', (bench) => {
  let flow: Workflow;
  let ada: Principal;
  let deps: Deps;
  beforeEach(async () => {
    flow = await startWorkflow(bench);
    ada = await flow.as('ada@acme.example');
    deps = flow.deps;
  });

  const wantedOf = async (id: string) => {
    const gateway = await deps.store.gateways.read((unit) => unit.gateways.find(id));
    if (gateway === null) throw new Error('no such gateway');
    return headsWanted(deps, gateway);
  };
  const now = () => flow.clock.now().toISOString();
  const enrol = async (name: string, tenants: string[] | null = null) =>
    (await enrolGateway(deps, name, { services: null, tenants })).id;
  const chains = new Map<string, { seq: number; hash: string }>();
  beforeEach(() => chains.clear());

  /** A gateway hands in records of acme, each after the last one. */
  const record = (gateway: string, ...drafts: ((at: IncomingPlace) => IncomingRecord)[]) =>
    recordAt({ gateway }, ...drafts);

  async function recordAt(
    { gateway, boot = BOOT, at = now() }: { gateway: string; boot?: string; at?: string },
    ...drafts: ((at: IncomingPlace) => IncomingRecord)[]
  ): Promise<void> {
    const name = `${gateway} ${boot}`;
    const records = drafts.map((draft) => {
      const last = chains.get(name) ?? { seq: 0, hash: null };
      const place = { seq: last.seq + 1, prev: last.hash, hash: `${name}-${last.seq + 1}` };
      chains.set(name, place);
      return draft({ ...place, tenant: 'acme', at });
    });
    await ingestRecords(deps, [{ gateway, boot, binding: EVERYTHING, records }]);
  }
  type IncomingPlace = Pick<IncomingRecord, 'seq' | 'prev' | 'hash' | 'tenant' | 'at'>;
  const head = (place: IncomingPlace): IncomingRecord => ({
    ...{ ...place, kind: 'head', id: uuidV7Ids.next('rec'), signature: 's', signed: true },
  });
  async function call() {
    const erin = await flow.as('erin@northwind.example');
    const asked = await flow.ask(erin);
    await flow.approve(await flow.as('max@northwind.example'), asked);
    await flow.approve(ada, asked);
    const { request } = await getRequest(deps, erin, asked.request.id);
    const grant = aGrant(aRequest(), { id: request.grant ?? '' });
    const id = uuidV7Ids.next('rec');
    const allowed =
      (gateway: string) =>
      (place: IncomingPlace): IncomingRecord => ({
        ...{ ...place, kind: 'allowed', path: null },
        view: aRecord(grant, {
          ...{ id, at: place.at, tenant: 'acme', digest: request.digest, request: request.id },
          ...{ person: erin.person.id, service: 'billing', gateway, boot: BOOT, seq: place.seq },
        }),
      });
    return { id, allowed };
  }
  const state = async (from: string, to = now()) =>
    (await readStatement(deps, ada, 'acme', { from, to })).facts;

  test('names every allowed call of the span with its leaf; without any, that there was none', async () => {
    const gateway = await enrol('g1');
    const from = now();
    const { id, allowed } = await call();
    flow.clock.forward(60);
    await record(gateway, allowed(gateway));
    flow.clock.forward(60);
    const to = now();
    await record(gateway, head);
    const facts = await state(from, to);
    const leaves = await flow.leaves('acme');
    const called = leaves.find(({ type }) => type === 'access.allowed');
    const signed = leaves.find(({ type }) => type === 'gateway.head');
    expect(facts).toMatchObject({
      ...{ count: 1, accesses: [[called?.seq, id]], refused: 0, exceptions: [] },
      gateways: [{ gateway, head: { index: signed?.seq, at: to } }],
      // Nobody knows yet what the seal of today will cover.
      sealed: ['2026-11-24'],
    });
    expect(await state('2026-11-24T15:00:00Z', from.replace(':00.000Z', ':30.000Z'))).toMatchObject({
      count: 0,
      accesses: [],
      exceptions: [],
    });
  });

  test('is complete only with a head past its end of each gateway that serves the tenant; an empty chain has one too', async () => {
    const [one, two] = [await enrol('g1'), await enrol('g2', ['acme'])];
    await enrol('elsewhere', ['globex']);
    flow.clock.forward(60);
    const from = now();
    flow.clock.forward(60);
    const to = now();
    const enrolledAt = (await state(from, to)).gateways[0]?.enrolledAt ?? '';
    expect((await state(from, to)).exceptions).toEqual([
      { gateway: one, from, reason: 'no_head' },
      { gateway: two, from, reason: 'no_head' },
    ]);
    expect(await wantedOf(one)).toEqual([{ tenant: 'acme', after: to }]);
    await record(one, head);
    expect(await wantedOf(one)).toEqual([]);
    expect(await wantedOf(two)).toEqual([{ tenant: 'acme', after: to }]);
    expect((await state(from, to)).exceptions).toEqual([{ gateway: two, from, reason: 'no_head' }]);
    await record(two, head);
    expect((await state(from, to)).exceptions).toEqual([]);
    // What happens afterwards is not covered.
    flow.clock.forward(60);
    expect((await state(from)).exceptions.map((each) => each.from)).toEqual([to, to]);
    expect(Date.parse(enrolledAt)).toBeLessThan(Date.parse(from));
  });

  test('of a gateway with several lanes every lane has to sign, also one without a record; what all of them have signed counts', async () => {
    const gateway = await enrol('g1');
    const signedBy =
      (number: number, of: number) =>
      (place: IncomingPlace): IncomingRecord => ({ ...head(place), lane: { number, of } });
    const sign2 = (number: number, of: number, at = now()) =>
      recordAt({ gateway, boot: number === 0 ? BOOT : OTHER_BOOT, at }, signedBy(number, of));
    flow.clock.forward(60);
    const from = now();
    flow.clock.forward(60);
    const to = now();
    await state(from, to);
    await sign2(0, 2);
    expect((await state(from, to)).exceptions).toEqual([{ gateway, from, reason: 'no_head' }]);
    expect(await wantedOf(gateway)).toEqual([{ tenant: 'acme', after: to }]);
    flow.clock.forward(60);
    await sign2(0, 2);
    await sign2(1, 2, to);
    expect(await state(from, to)).toMatchObject({ exceptions: [], gateways: [{ head: { at: to } }] });
    expect(await wantedOf(gateway)).toEqual([]);
    // A gateway stops counting a lane once the broker has all of its records.
    flow.clock.forward(60);
    const later = now();
    await sign2(0, 2);
    expect((await state(from, later)).exceptions).toHaveLength(1);
    await record(gateway, head);
    flow.clock.forward(60);
    await record(gateway, head);
    expect((await state(from, later)).exceptions).toEqual([]);
  });

  test('compares instants, with fractions of a second or without, and not their text', async () => {
    const gateway = await enrol('g1');
    flow.clock.forward(120);
    const second = now().slice(0, 19);
    const [whole, later] = [`${second}Z`, `${second}.500Z`];
    flow.clock.forward(60);
    // As text the heads are in the other order, and the one at the end of the span comes before it.
    expect((await state('2026-11-24T14:00:00Z', whole)).exceptions).toMatchObject([{ reason: 'no_head' }]);
    await recordAt({ gateway, at: `${second}.000Z` }, head);
    expect(await wantedOf(gateway)).toEqual([]);
    await recordAt({ gateway, at: later }, head);
    await recordAt({ gateway, boot: OTHER_BOOT, at: whole }, head);
    expect((await state('2026-11-24T14:00:00Z', later)).exceptions).toEqual([]);
    expect((await state('2026-11-24T14:00:00Z', later)).gateways).toMatchObject([{ head: { at: later } }]);
  });

  test('says from when on a gateway with a gap may miss calls, and what one that was revoked had signed', async () => {
    const [one, two] = [await enrol('g1'), await enrol('g2')];
    const from = now();
    flow.clock.forward(60);
    await record(one, head);
    chains.set(`${one} ${BOOT}`, { seq: 5, hash: 'lost' });
    await record(one, head);
    await record(two, head);
    await revokeGateway(deps, two);
    flow.clock.forward(60);
    const to = now();
    await record(one, head);
    expect((await state(from, to)).exceptions).toEqual([{ gateway: one, from, reason: 'gap' }]);
  });

  test('asks for a span that has ended, of at most a year, of a tenant', async () => {
    const invalid = expect.objectContaining({ code: 'invalid_request' });
    await expect(state(now(), new Date(flow.clock.now().getTime() + 1).toISOString())).rejects.toThrow(
      invalid,
    );
    await expect(state(now(), now())).rejects.toThrow(invalid);
    await expect(state('2025-11-01T00:00:00Z')).rejects.toThrow(invalid);
    const span = { from: '2026-11-24T14:00:00Z', to: now() };
    for (const log of ['deployment', 'vendor', 'globex'])
      await expect(readStatement(deps, ada, log, span)).rejects.toThrow(
        expect.objectContaining({ code: 'not_found' }),
      );
    const erin = await flow.as('erin@northwind.example');
    await expect(readStatement(deps, erin, 'acme', span)).rejects.toThrow(
      expect.objectContaining({ code: 'forbidden' }),
    );
  });

  test('is refused for a span of which leaves were pruned, although the first leaf that is kept is older', async () => {
    const start = flow.clock.now().getTime();
    const after = (days: number) => new Date(start + days * DAY * 1_000).toISOString();
    flow.clock.forward(10 * DAY);
    await bench.store.forTenant('acme', async ({ log }) => {
      const { size } = await log.head();
      const times = Array.from({ length: 256 - size }, (_, at) => (at === 7 ? after(10) : after(0)));
      // A gateway that was away has sent what is older than everything before it.
      await log.appendAll([...times, after(-1), after(-1)].map((at) => filler(at)));
    });
    flow.clock.forward(440 * DAY);
    await setLogSettings(deps, ada, 'acme', { ...settings('off'), retentionDays: 400 });
    expect(await pruneLogs(deps)).toBe(256);
    const read = (from: string) => readStatement(deps, ada, 'acme', { from, to: after(30) });
    for (const days of [0, 9.99]) await expect(read(after(days))).rejects.toMatchObject({ code: 'pruned' });
    await expect(read(after(10))).rejects.toMatchObject({ code: 'pruned' });
    expect(await read(new Date(start + 10 * DAY * 1_000 + 1).toISOString())).toMatchObject({
      facts: { count: 0 },
    });
  });

  test('P8: each day has one statement and one notice, however many brokers run; missed days are caught up', async () => {
    const gateway = await enrol('g1');
    await setLogSettings(deps, ada, 'acme', settings('mail'));
    const run = () => makeDailyStatements(deps, sign);
    expect(await run()).toBe(0);
    // Midnight has just passed: it waits for the gateway, which is asked.
    flow.clock.forward(9 * 3_600 + 60);
    expect(await run()).toBe(0);
    expect(await wantedOf(gateway)).toEqual([{ tenant: 'acme', after: '2026-11-25T00:00:00.000Z' }]);
    await record(gateway, head);
    expect((await Promise.all([run(), run(), run(), run()])).reduce((a, b) => a + b)).toBe(1);
    // Down for three days, and no gateway has signed: it waits no longer than half an hour after a day's end.
    flow.clock.forward(3 * DAY);
    await sealDays(deps, null);
    expect((await Promise.all([run(), run()])).reduce((a, b) => a + b)).toBe(2);
    flow.clock.forward(1_800);
    expect(await run()).toBe(1);
    expect(await run()).toBe(0);
    const { items, next } = await listStatements(deps, ada, 'acme', { cursor: null, limit: 3 });
    expect(items.map(({ day, isComplete }) => [day, isComplete])).toEqual([
      ['2026-11-27', false],
      ['2026-11-26', false],
      ['2026-11-25', false],
    ]);
    expect((await listStatements(deps, ada, 'acme', { cursor: next, limit: 3 })).items).toMatchObject([
      { day: '2026-11-24', isComplete: true, accesses: 0 },
    ]);
    const notices = await bench.store.readAsVendor((unit) => unit.outbox.after('', 100));
    const own = notices.filter(({ kind }) => kind === 'log.statement');
    expect(own.map(({ subject }) => subject)).toEqual([
      '2026-11-24',
      '2026-11-25',
      '2026-11-26',
      '2026-11-27',
    ]);
    expect(own[0]?.audience).toEqual(['role:acme:admin', 'role:acme:auditor']);
    expect(
      await bench.store.readForTenant('acme', ({ statements }) => statements.find('2026-11-26')),
    ).toMatchObject({ note: 'note of 2026-11-26T00:00:00.000Z' });
    await expect(bench.database.raw("UPDATE statements SET note = 'x'")).rejects.toThrow('append-only');
  });

  test('none are made before it is turned on, nor after it is turned off; webhooks alone notify no people', async () => {
    await setLogSettings(deps, ada, 'acme', settings('webhook'));
    flow.clock.forward(DAY);
    expect(await makeDailyStatements(deps, sign)).toBe(1);
    await setLogSettings(deps, ada, 'acme', settings('off'));
    flow.clock.forward(5 * DAY);
    expect(await makeDailyStatements(deps, sign)).toBe(0);
    await setLogSettings(deps, ada, 'acme', settings('mail'));
    flow.clock.forward(DAY);
    expect(await makeDailyStatements(deps, sign)).toBe(1);
    const { items } = await listStatements(deps, ada, 'acme', ALL);
    expect(items.map(({ day }) => day)).toEqual(['2026-11-30', '2026-11-24']);
    const notices = await bench.store.readAsVendor((unit) => unit.outbox.after('', 100));
    const [first] = notices.filter(({ kind }) => kind === 'log.statement');
    expect(first?.audience).toEqual([]);
  });
});
