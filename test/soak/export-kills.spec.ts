import { BrokerProcess } from '../e2e/broker-process.js';
import { TestBroker } from '../e2e/harness.js';
import { filler } from '../factories/filler.js';
import { eventually } from '../support/eventually.js';
import { HttpReceiver } from '../support/export-receivers.js';
import { freePort } from '../support/free-port.js';

const CLAIM_SECONDS = 60;
const KILLS = 4;
/** A log of several batches. */
const LEAVES = 1_000;

let broker: TestBroker;
let receiver: HttpReceiver;
beforeEach(async () => {
  receiver = await HttpReceiver.start();
});
afterEach(async () => {
  await broker.close();
  await receiver.stop();
});

type Target = { id: string; next: number; size: number };
/** The vendor's own log: a broker that is a process of its own sends a customer's log to no port of this machine. */
const PATH = '/api/v1/tenants/vendor/export-targets';

const target = async (): Promise<Target> => {
  const { body } = await broker.call('securityAdmin', 'GET', PATH);
  const [found] = (body as { items: Target[] }).items;
  if (found === undefined) throw new Error('no target');
  return found;
};

test.each(Array.from({ length: KILLS }, (_, round) => (round + 1) % 4))(
  'kill -9 between a batch and its acknowledgement, after %d batches: leaves come twice, and none is lost',
  async (acknowledged) => {
    broker = await TestBroker.start({ settings: { outboundPrivate: [new URL(receiver.url).host] } });
    await broker.host.store.asVendor(async (unit) =>
      (await unit.logOf(null)).appendAll(Array.from({ length: LEAVES }, () => filler())),
    );
    receiver.answer = () => ({ status: 503 });
    const body = { kind: 'jsonl', name: 'SIEM', address: receiver.url };
    expect((await broker.call('securityAdmin', 'POST', PATH, { body })).status).toBe(201);
    await eventually('the target is known', () => receiver.seen.length > 0);
    await broker.broker.close();

    const before = receiver.seen.length;
    const seen = () => receiver.seen.length - before;
    receiver.answer = () =>
      seen() > acknowledged ? { status: 200, hold: new Promise(() => {}) } : { status: 200 };
    const killed = BrokerProcess.spawn(broker.environment, await freePort(), {
      COUNTERSIGN_OUTBOUND_PRIVATE: new URL(receiver.url).host,
    });
    await eventually('the batch to lose has come', () => seen() > acknowledged, 60_000);
    killed.child.kill('SIGKILL');
    expect(await killed.ended).toBe('SIGKILL');
    const lost = receiver.seen.at(-1)?.lines ?? [];

    receiver.answer = () => ({ status: 200 });
    broker.clock.advance(CLAIM_SECONDS + 1);
    await broker.run();
    await eventually('everything is sent', async () => {
      const { next, size } = await target();
      return next === size;
    });
    const { size } = await target();
    expect(receiver.lines.map((line) => JSON.parse(line).index)).toEqual(
      Array.from({ length: size }, (_, index) => index),
    );
    const arrived = receiver.seen.flatMap(({ lines }) => lines);
    expect(lost.length).toBeGreaterThan(0);
    for (const line of lost) expect(arrived.filter((each) => each === line).length).toBeGreaterThan(1);
  },
);
