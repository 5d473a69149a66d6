import { TOUCH_DEADLINE_MS, Touch } from './touch.js';

const T0 = Date.parse('2026-11-24T15:00:00Z');
let monotonic = 0;
const touch = () => new Touch({ monotonic: () => monotonic });
beforeEach(() => {
  monotonic = 1_000_000;
});

describe('Touch', () => {
  test('P6: out of touch before anything was heard, however long the process runs', () => {
    const fresh = touch();
    expect(fresh.isInTouch()).toBe(false);
    fresh.heard(T0);
    expect(fresh.isInTouch()).toBe(false);
  });

  test('P6: out of touch 10 s after the last heartbeat, by the monotonic clock', () => {
    const t = touch();
    t.begin(T0, monotonic);
    monotonic += 5_000;
    t.heard(T0 + 5_000);
    monotonic += TOUCH_DEADLINE_MS - 1;
    expect(t.isInTouch()).toBe(true);
    monotonic += 1;
    expect(t.isInTouch()).toBe(false);
  });

  test('P6: heartbeats that were held back, or piled up while the process stood still, do not freshen', () => {
    const t = touch();
    t.begin(T0, monotonic);
    monotonic += 60_000;
    for (let second = 1; second <= 45; second++) t.heard(T0 + second * 1_000);
    expect(t.isInTouch()).toBe(false);
    t.heard(T0 + 59_000);
    expect(t.isInTouch()).toBe(true);
  });

  test('a broker clock that steps forward does not vouch for the time after now', () => {
    const t = touch();
    t.begin(T0, monotonic);
    t.heard(T0 + 3_600_000);
    monotonic += TOUCH_DEADLINE_MS;
    expect(t.isInTouch()).toBe(false);
  });

  test('a broker clock that steps back ends touch by the deadline; a new beginning measures anew', () => {
    const t = touch();
    t.begin(T0, monotonic);
    monotonic += TOUCH_DEADLINE_MS;
    t.heard(T0 - 3_600_000);
    expect(t.isInTouch()).toBe(false);
    t.begin(T0 - 3_600_000, monotonic);
    expect(t.isInTouch()).toBe(true);
  });

  test('lost is at once', () => {
    const t = touch();
    t.begin(T0, monotonic);
    t.lost();
    expect(t.isInTouch()).toBe(false);
  });
});
