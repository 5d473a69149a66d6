import { setTimeout as pause } from 'node:timers/promises';
import type { Answer, TestBroker } from '../e2e/harness.js';

/** The status of the answer that arrives while another unit of work holds the database's writer; `waits` if no answer arrives. */
export async function whileTheWriterIsTaken(
  broker: TestBroker,
  call: () => Promise<Answer>,
): Promise<number | 'waits'> {
  let release = () => {};
  const gate = new Promise<void>((resolve) => {
    release = resolve;
  });
  let begun = () => {};
  const taken = new Promise<void>((resolve) => {
    begun = resolve;
  });
  const unit = broker.host.store.asVendor(async () => {
    begun();
    await gate;
  });
  await taken;
  const answer = call();
  const status = await Promise.race([answer.then((each) => each.status), pause(3_000, 'waits' as const)]);
  release();
  await Promise.all([unit, answer]);
  return status;
}
