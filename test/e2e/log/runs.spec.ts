/** @soak */

import type { LeafV1 } from '@countersign/audit-log';
import type { RecordEntry, RunEnd } from '@countersign/gateway-protocol';
import {
  type Copies,
  copiesOf,
  faultOf,
  type LogCopy,
  restoredCopy,
  verifyCopies,
} from '../../support/log-copy.js';
import type { RecordChain, RecordedGrant } from '../../support/record-chain.js';
import { RecordingGateway } from '../../support/recorded-calls.js';
import { onlyInSoak, someRows } from '../../support/samples.js';
import { TestBroker } from '../harness.js';
import { makeGrant, mintToken } from '../story.js';

const DAY_MS = 86_400_000;

let broker: TestBroker;
let gateway: RecordingGateway;
let gatewayOfLanes: RecordingGateway;
let under: RecordedGrant;
let honest: Copies;
/** Three runs of the gateway, each with one call. */
let runs: RecordChain[];

beforeAll(async () => {
  broker = await TestBroker.start();
  gateway = await RecordingGateway.enrol(broker);
  const { request, grant } = await makeGrant(broker);
  await mintToken(broker, grant);
  under = { grant, request: request.id, digest: request.digest, person: broker.persons.engineer };
  runs = [];
  for (let run = 0; run < 3; run += 1) {
    const chain = gateway.chain(under);
    await gateway.send(chain, oneCall(chain));
    runs.push(chain);
  }
  gatewayOfLanes = await RecordingGateway.enrol(broker, 'lanes');
  honest = await copiesOf(broker);
});
afterAll(() => broker.close());

function oneCall(chain: RecordChain) {
  const allowed = chain.add('allowed');
  return [allowed, chain.add('outcome', { id: allowed.record.id }), chain.add('head')];
}

const own = (): Copies => ({ tenant: honest.tenant.copy(), deployment: honest.deployment.copy() });
const leafOf = (log: LogCopy, index: number) => log.leaves[index] as LeafV1;
const later = (at: string, ms: number) => new Date(Date.parse(at) + ms).toISOString();

/** The leaves of a run. */
const leavesOf = ({ tenant }: Copies, run: number): number[] =>
  tenant.leaves.flatMap(({ data }, index) => (data['boot'] === runs[run]?.boot ? [index] : []));

/** Leaves a run out, or the end of it. @returns the first leaf of the run after it */
function dropRun(copies: Copies, run: number, keep = 0): number {
  for (const index of leavesOf(copies, run).slice(keep).reverse()) copies.tenant.drop(index);
  return leavesOf(copies, run + 1)[0] ?? -1;
}

/** Changes the first leaf of a run. @returns its place */
function changeFirst(copies: Copies, run: number, previous: unknown): number {
  const [index = -1] = leavesOf(copies, run);
  const { previous: _old, ...data } = leafOf(copies.tenant, index).data;
  copies.tenant.edit(index, { data: previous === undefined ? data : { ...data, previous } });
  return index;
}

test('a log with every run verifies, and a new gateway is told', async () => {
  const [first] = leavesOf(honest, 0);
  expect(await verifyCopies(honest)).toMatchObject({
    calls: 3,
    warnings: [
      // The approver's key is one that the host made.
      expect.objectContaining({ code: 'host_made_key' }),
      {
        code: 'first_run',
        index: first,
        count: 1,
        detail: `${gateway.id} knows of no run before this one: it is new, or its disk was lost.`,
      },
    ],
  });
});

describe('P10: a run that is kept out of the log is named', () => {
  test.each(
    someRows([
      ['the first', 0],
      ['one between two others', 1],
    ]),
  )('%s', async (_which, run) => {
    const copies = own();
    const next = dropRun(copies, run);
    const found = verifyCopies(copies);
    await expect(found).rejects.toMatchObject({ code: 'run_missing', index: next });
    await expect(found).rejects.toThrow(
      `Leaf ${next}: records 1 to 3 of run ${runs[run]?.boot} of ${gateway.id} are missing: its next run names them.`,
    );
  });

  onlyInSoak(() => {
    test('also if a broker that never got it says so itself', async () => {
      const missing = gateway.chain(under);
      oneCall(missing);
      const chain = gateway.chain(under, missing.end);
      await gateway.send(chain, [chain.add('refused'), chain.add('head')]);
      const copies = await copiesOf(broker);
      const gap = copies.tenant.indexOf('gateway.gap');
      expect(leafOf(copies.tenant, gap)).toMatchObject({
        actor: gateway.id,
        data: { gateway: gateway.id, boot: missing.boot, after: 0, at: 4, next: chain.boot },
      });
      expect(await faultOf(copies)).toBe(`run_missing ${gap}`);
      // A broker that leaves that leaf out hides nothing.
      copies.tenant.drop(gap);
      expect(await faultOf(copies)).toBe(`run_missing ${gap}`);
    });
  });

  test('the end of one, which no head covers', async () => {
    const copies = own();
    const next = dropRun(copies, 1, 1);
    await expect(verifyCopies(copies)).rejects.toThrow(
      `Leaf ${next}: records 2 to 3 of run ${runs[1]?.boot} of ${gateway.id} are missing`,
    );
  });

  onlyInSoak(() => {
    test('also by a run that goes on from a kept state', async () => {
      const copies = own();
      const size = leavesOf(copies, 1)[0] as number;
      const { state } = await verifyCopies(copies, {
        log: { source: copies.tenant.source(size), key: copies.tenant.vkey },
      });
      const next = dropRun(copies, 1);
      expect(await faultOf(copies, { since: state })).toBe(`run_missing ${next}`);
    });
  });

  test.each(
    someRows<[string, (copies: Copies) => unknown]>([
      ['that another run is named in its place', () => runs[0]?.end],
      ['that no run before is known', () => null],
      ['that the gateway is older', () => undefined],
    ]),
  )('%s is not what the gateway signed', async (_what, previous) => {
    const copies = own();
    dropRun(copies, 1);
    const index = changeFirst(copies, 2, previous(copies));
    expect(await faultOf(copies)).toBe(`changed_record ${index}`);
  });
});

onlyInSoak(() => {
  describe('what a gateway itself says of its runs', () => {
    const append = (copies: Copies, chain: RecordChain): number => {
      const [first] = [chain.add('refused'), chain.add('head')].map((entry) =>
        copies.tenant.appendRecord(entry),
      );
      return first as number;
    };

    test('a gateway whose disk was lost is told', async () => {
      const copies = own();
      const index = append(copies, gateway.chain(under, null));
      expect((await verifyCopies(copies)).warnings).toContainEqual(
        expect.objectContaining({
          code: 'run_unlinked',
          index,
          detail: expect.stringContaining('knows of no run before'),
        }),
      );
    });

    test('and one whose disk was put back to an older state', async () => {
      const copies = own();
      const index = append(copies, gateway.chain(under, runs[0]?.end));
      expect((await verifyCopies(copies)).warnings).toContainEqual(
        expect.objectContaining({
          code: 'run_unlinked',
          index,
          detail: expect.stringContaining('names an older run'),
        }),
      );
    });

    test('another record than the one that the log shows is a fault', async () => {
      const copies = own();
      const end = { ...(runs[2] as RecordChain).end, hash: `sha256:${'0'.repeat(64)}` };
      const index = append(copies, gateway.chain(under, end));
      expect(await faultOf(copies)).toBe(`changed_record ${index}`);
    });
  });

  test('P10: a run that a restore has lost is told shortly after it, once; later it is a fault', async () => {
    const { at } = leafOf(honest.tenant, leavesOf(honest, 1)[0] as number);
    /** @param before how long before the run, in milliseconds. If it is given, the restore is the log's first leaf */
    const restored = (before = 0): Copies => {
      const { tenant, deployment } = own();
      const copies = {
        tenant: tenant.copy(`${tenant.origin}/2`),
        deployment: restoredCopy(deployment, at),
      };
      const keptSize = before > 0 ? 0 : (leavesOf(copies, 1)[0] as number);
      dropRun(copies, 1);
      const previous = { origin: tenant.origin, size: keptSize, root: Buffer.alloc(32).toString('base64') };
      copies.tenant.insert(keptSize, {
        ...{ type: 'log.restored', at: later(at, -before), actor: 'host' },
        data: { epoch: 2, previous, kept: keptSize, lost: 0 },
      });
      return copies;
    };
    const copies = restored();
    expect((await verifyCopies(copies)).warnings).toContainEqual(
      expect.objectContaining({
        code: 'records_lost',
        detail: expect.stringContaining(`records 1 to 3 of run ${runs[1]?.boot}`),
      }),
    );
    expect(await faultOf(restored(60 * DAY_MS))).toMatch(/^run_missing /);
    // The gateway has been back since, so nothing more may be missing.
    const missing = gateway.chain(under, runs[2]?.end);
    oneCall(missing);
    const chain = gateway.chain(under, missing.end);
    const index = copies.tenant.appendRecord(chain.add('refused'));
    expect(await faultOf(copies)).toBe(`run_missing ${index}`);
  });

  describe('P10: a gateway with two lanes', () => {
    /** Each lane's runs, in the order of their starts, and when they wrote. */
    const lanes = (copies: Copies, starts: number) => {
      const ends: (RunEnd | null)[] = [null, null];
      const runs: { lane: number; chain: RecordChain; indices: number[] }[] = [];
      for (let start = 0; start < starts; start += 1) {
        const chains = [0, 1].map((number) => {
          const other = ends[1 - number];
          const beside = other ? { beside: [{ lane: 1 - number, ...other }] } : {};
          return gatewayOfLanes.chain(under, ends[number], { number, of: 2, ...beside });
        });
        // They write side by side.
        const written = chains.map((chain) => oneCall(chain));
        const indices: number[][] = [[], []];
        for (const at of [0, 1, 2])
          for (const lane of [1, 0])
            indices[lane]?.push(copies.tenant.appendRecord(written[lane]?.[at] as RecordEntry));
        for (const [lane, chain] of chains.entries()) {
          ends[lane] = chain.end;
          runs.push({ lane, chain, indices: indices[lane] as number[] });
        }
      }
      return runs;
    };
    const without = (copies: Copies, indices: readonly number[]) => {
      for (const index of [...indices].sort((a, b) => b - a)) copies.tenant.drop(index);
    };
    /** A later leaf of the log that concerns something else. */
    const pass = ({ tenant }: Copies, ms: number) => {
      const at = later(tenant.leaves.at(-1)?.at ?? '', ms);
      tenant.append({ type: 'notice.retried', at, actor: 'job', data: {} });
    };

    test('verifies, although each run continues another than the newest: its own lane’s', async () => {
      const copies = own();
      lanes(copies, 3);
      pass(copies, 2 * 3_600_000);
      const { warnings } = await verifyCopies(copies);
      expect(warnings.map(({ code, count }) => [code, count])).toEqual([
        ['host_made_key', 1],
        ['first_run', 3],
      ]);
    });

    test('a run of one lane that is left out is named by the next one of that lane', async () => {
      const copies = own();
      const [, dropped, next] = lanes(copies, 3).filter(({ lane }) => lane === 1);
      without(copies, dropped?.indices ?? []);
      expect(await faultOf(copies)).toBe(`run_missing ${(next?.indices[0] ?? 0) - 3}`);
    });

    test('a lane that is left out altogether is named by the other, once its records are an hour late', async () => {
      const copies = own();
      const runs = lanes(copies, 2);
      without(
        copies,
        runs.filter(({ lane }) => lane === 1).flatMap(({ indices }) => indices),
      );
      const { chain } = runs.filter(({ lane }) => lane === 0)[1] as (typeof runs)[number];
      const naming = copies.tenant.leaves.findIndex(({ data }) => data['boot'] === chain.boot);
      expect((await verifyCopies(copies)).calls).toBeGreaterThan(0);
      pass(copies, 3_600_001);
      expect(await faultOf(copies)).toBe(`run_missing ${naming}`);
      await expect(verifyCopies(copies)).rejects.toThrow('are missing: another lane names them');
    });

    test('the end of a lane that is left out is named too, and no other end may take its place', async () => {
      const copies = own();
      const runs = lanes(copies, 2);
      const ofLane = runs.filter(({ lane }) => lane === 1);
      // Of the first run its head, and the whole second one, which would name that head.
      without(copies, [...(ofLane[0]?.indices.slice(2) ?? []), ...(ofLane[1]?.indices ?? [])]);
      pass(copies, 3_600_001);
      expect(await faultOf(copies)).toMatch(/^run_missing /);
      const other = own();
      const [, first] = lanes(other, 1);
      const end = { ...(first?.chain.end as RunEnd), hash: `sha256:${'0'.repeat(64)}` };
      const chain = gatewayOfLanes.chain(under, null, { number: 0, of: 2, beside: [{ lane: 1, ...end }] });
      const index = other.tenant.appendRecord(chain.add('refused'));
      expect(await faultOf(other)).toBe(`changed_record ${index}`);
    });

    test('a broker that never received a run of a lane reports it, with the lane', async () => {
      const recording = await RecordingGateway.enrol(broker, 'side by side');
      const lane = { number: 1, of: 2 };
      const missing = recording.chain(under, null, lane);
      oneCall(missing);
      const chain = recording.chain(under, missing.end, lane);
      await recording.send(chain, [chain.add('refused'), chain.add('head')]);
      const copies = await copiesOf(broker);
      const gap = copies.tenant.leaves.findLastIndex(({ type }) => type === 'gateway.gap');
      expect(leafOf(copies.tenant, gap).data).toMatchObject({
        boot: missing.boot,
        next: chain.boot,
        lane: 1,
      });
      const signed = copies.tenant.leaves.findLast(({ type }) => type === 'gateway.head');
      expect(signed?.data['lane']).toEqual(lane);
    });
  });
});
