import { Writable } from 'node:stream';
import { answerSink, ClientLeft } from './answer-sink.js';

const BYTES = new Uint8Array(10);
const HOUR = 3_600_000;

/** An answer whose client takes each piece when `take` is called, and none if it never is. */
function answerTo(take: (done: () => void) => void): Writable {
  return new Writable({ highWaterMark: 1, write: (_bytes, _encoding, done) => take(done) });
}

test('a client that stops reading loses its place: no one keeps others from making a pack', async () => {
  const stalled = answerTo(() => undefined);
  const write = answerSink(stalled, { stalledMs: 5, wholeMs: HOUR });
  await expect(write(BYTES)).rejects.toThrow(ClientLeft);
});

test('a client that reads a little now and then loses it once the whole time is over', async () => {
  const slow = answerTo((done) => setImmediate(done));
  await expect(answerSink(slow, { stalledMs: HOUR, wholeMs: 0 })(BYTES)).rejects.toThrow(ClientLeft);
});

test('a client that reads gets everything, and one that has gone nothing', async () => {
  const reading = answerTo((done) => setImmediate(done));
  const write = answerSink(reading, { stalledMs: HOUR, wholeMs: HOUR });
  for (const _piece of [1, 2, 3]) await write(BYTES);
  reading.destroy();
  await new Promise((resolve) => reading.once('close', resolve));
  await expect(write(BYTES)).rejects.toThrow(ClientLeft);
});
