import { DigestLedger } from '../authorize/digest-ledger.js';
import type { Update } from './messages.js';
import { SpentChanges } from './spent-changes.js';
import { WorkerLedger } from './worker-ledger.js';

const digest = `sha256:${'d'.repeat(64)}`;
const grant = { id: 'grt_1', digest, startsAt: 1_000 };
const UNTIL = 9_000;

/** A primary with two workers, whose messages arrive at once. */
function fleet() {
  const ledger = DigestLedger.inMemory();
  const workers: WorkerLedger[] = [];
  const share = (update: Update) => {
    if (update.type !== 'spent') return;
    for (const worker of workers) worker.follow(update.grant, update.until, update.isSpent);
  };
  const changes = new SpentChanges(ledger, share);
  for (const process of [{}, {}]) workers.push(new WorkerLedger((request) => changes.take(request, process)));
  const [one, two] = workers as [WorkerLedger, WorkerLedger];
  return { ledger, changes, one, two };
}

test('P12: a change that a broker leased to two workers is made by one of them alone', async () => {
  const { ledger, one, two } = fleet();
  one.spend(grant, UNTIL);
  two.spend(grant, UNTIL);
  const results = await Promise.allSettled([one.flush(), two.flush()]);
  expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected']);
  // The other one takes back what it did not make, and that changes nothing.
  two.unspend(digest);
  await two.flush();
  expect([ledger, one, two].map((each) => each.isSpent(digest))).toEqual([true, true, true]);
});

test('a worker that did not forward its change takes the mark back, for all workers', async () => {
  const { ledger, one, two } = fleet();
  one.spend(grant, UNTIL);
  await one.flush();
  expect(two.isSpent(digest)).toBe(true);
  one.unspend(digest);
  await one.flush();
  expect([ledger, one, two].map((each) => each.isSpent(digest))).toEqual([false, false, false]);
  two.spend(grant, UNTIL);
  await two.flush();
  one.unspend(digest);
  await one.flush();
  expect(ledger.isSpent(digest)).toBe(true);
});

test('what a worker that has died had spent stays spent', async () => {
  const { ledger, changes, one } = fleet();
  one.spend(grant, UNTIL);
  await one.flush();
  await changes.take({ do: 'unspend', digest }, {});
  expect(ledger.isSpent(digest)).toBe(true);
});

test('how long terms can be opened reaches the primary once', async () => {
  const ledger = DigestLedger.inMemory();
  const changes = new SpentChanges(ledger, () => undefined);
  let requests = 0;
  const worker = new WorkerLedger((request) => {
    requests += 1;
    return changes.take(request, {});
  });
  expect([worker.extend(grant, UNTIL), worker.extend(grant, UNTIL)]).toEqual([true, false]);
  await worker.flush();
  expect(requests).toBe(1);
  expect([...ledger.all()]).toEqual([...worker.all()]);
});
