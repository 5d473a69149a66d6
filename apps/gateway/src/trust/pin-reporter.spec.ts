import { pino } from 'pino';
import { SteppedClock } from '../../../../test/fakes/stepped-clock.js';
import { PinReporter } from './pin-reporter.js';

describe('reporting pins to the broker', () => {
  /** Ticks as often as a gateway does, for this long. Returns how often the broker was asked. */
  const asked = async (milliseconds: number, answer: () => Promise<unknown>) => {
    const clock = new SteppedClock();
    let asks = 0;
    const broker = {
      postSigned: () => {
        asks += 1;
        return answer();
      },
    };
    const log = pino({ level: 'silent' });
    const report = new PinReporter({ broker, log, clock, pins: () => [], revision: () => 1 });
    for (const end = clock.offset + milliseconds; clock.offset < end; clock.offset += 250) {
      report.tick();
      await new Promise(setImmediate);
    }
    const before = asks;
    report.reset();
    report.tick();
    await report.close();
    return [before, asks - before];
  };

  test('happens once, and again if the broker may have forgotten', async () => {
    expect(await asked(60_000, () => Promise.resolve())).toEqual([1, 1]);
  });

  test('is retried with growing pauses if the broker does not accept it, and at once after a reconnection', async () => {
    // At 0, 1, 3, 7, 15, 31 s, then each minute.
    expect(await asked(60_000, () => Promise.reject(new Error('no')))).toEqual([6, 1]);
    expect(await asked(600_000, () => Promise.reject(new Error('no')))).toEqual([15, 1]);
  });
});
