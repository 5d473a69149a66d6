import { BrokerResponseError } from '../feed/broker-client.js';
import { Recorder } from './recorder.js';
import type { RecordDraft } from './spool/record-chains.js';
import type { Spool } from './spool/spool.js';
import { WantedHeads } from './wanted-heads.js';

const NOW = Date.parse('2026-11-24T15:00:10Z');
const BOOT = '0199f0a0-7b2c-4001-8000-000000000001';

/** A gateway whose records go nowhere, and a broker that answers as the test says. */
function gateway(answer: () => Promise<unknown>) {
  let now = NOW;
  const heads: string[] = [];
  const unsigned: { boot: string; tenant: string }[] = [];
  const asked: unknown[] = [];
  const spool = {
    append: () => Promise.resolve(),
    enqueue: ({ record }: RecordDraft) => heads.push(`${record.kind} ${record.tenant} ${record.at}`),
    unsigned,
  };
  const clock = { now: () => now, monotonic: () => now };
  const recorder = new Recorder({
    ...{ spool: spool as unknown as Spool, gateway: 'gtw_0199f0a0-7b2c-7001-8000-000000000001', boot: BOOT },
    ...{ clock, trustOf: () => null },
  });
  const wanted = new WantedHeads({
    ...{ recorder, boot: BOOT, clock },
    broker: {
      postSigned: (path, body) => {
        asked.push([path, body]);
        return answer();
      },
    },
    log: { debug: () => undefined } as never,
  });
  const pass = async (seconds: number) => {
    now += seconds * 1_000;
    wanted.sweep();
    for (let turn = 0; turn < 5; turn += 1) await Promise.resolve();
    recorder.tick();
  };
  return { heads, unsigned, asked, pass };
}

const wants =
  (...wanted: { tenant: string; after: string }[]) =>
  () =>
    Promise.resolve({ wanted });

describe('heads that the broker wants', () => {
  test('an empty chain is signed at the next minute after the instant, and once', async () => {
    const { heads, asked, pass } = gateway(wants({ tenant: 'acme', after: '2026-11-24T15:01:00.000Z' }));
    await pass(0);
    expect(asked).toEqual([['/gateway/v1/heads', { boot: BOOT }]]);
    await pass(10);
    expect(heads).toEqual([]);
    await pass(40);
    expect(heads).toEqual(['head acme 2026-11-24T15:01:00.000Z']);
  });

  test('an instant that is still to come waits for its minute', async () => {
    const { heads, pass } = gateway(wants({ tenant: 'acme', after: '2026-11-24T15:02:30.000Z' }));
    await pass(0);
    await pass(60);
    await pass(60);
    expect(heads).toEqual([]);
    await pass(60);
    expect(heads).toEqual(['head acme 2026-11-24T15:03:10.000Z']);
  });

  test('a chain that is signed anyway is not signed twice', async () => {
    const { heads, unsigned, pass } = gateway(wants({ tenant: 'acme', after: '2026-11-24T15:00:00.000Z' }));
    unsigned.push({ boot: BOOT, tenant: 'acme' }, { boot: 'an earlier run', tenant: 'globex' });
    await pass(0);
    await pass(60);
    expect(heads).toEqual(['head acme 2026-11-24T15:01:10.000Z', 'head globex 2026-11-24T15:01:10.000Z']);
  });

  test('a broker that is older does not know the question, and is left alone for an hour', async () => {
    const { heads, asked, pass } = gateway(() => Promise.reject(new BrokerResponseError(404, 'not_found')));
    for (let minute = 0; minute < 10; minute += 1) await pass(60);
    expect(asked).toHaveLength(1);
    await pass(3_600);
    expect(asked).toHaveLength(2);
    expect(heads).toEqual([]);
  });
});
