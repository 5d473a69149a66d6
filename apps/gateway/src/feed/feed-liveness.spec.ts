import { CLOCK_SKEW_MS } from '@countersign/contract';
import { PrimaryLiveness } from '../workers/shared-state.js';
import { FeedLiveness, LIVENESS_DEADLINE_MS, STALL_MS } from './feed-liveness.js';

const T0 = Date.parse('2026-11-24T15:00:00Z');
let monotonic = 0;
let wall = 0;
const clock = { monotonic: () => monotonic, now: () => wall };
const liveness = () => new FeedLiveness(clock);
/** Lets time pass on both clocks of the gateway. */
const pass = (milliseconds: number) => {
  monotonic += milliseconds;
  wall += milliseconds;
};
beforeEach(() => {
  monotonic = 1_000_000;
  wall = T0;
});

describe('FeedLiveness', () => {
  test('P6: out of touch before the first event, however long the process runs', () => {
    const fresh = liveness();
    expect(fresh.isInTouch()).toBe(false);
    fresh.eventReceived(T0);
    expect(fresh.isInTouch()).toBe(false);
  });

  test('P6: out of touch 10 s after the last heartbeat, by the monotonic clock', () => {
    const t = liveness();
    t.start(T0, monotonic);
    pass(5_000);
    t.eventReceived(T0 + 5_000);
    pass(LIVENESS_DEADLINE_MS - 1);
    expect(t.isInTouch()).toBe(true);
    pass(1);
    expect(t.isInTouch()).toBe(false);
  });

  test('P6: heartbeats that were delayed, or queued while the process was stopped, do not count as fresh', () => {
    const t = liveness();
    t.start(T0, monotonic);
    pass(60_000);
    for (let second = 1; second <= 45; second++) t.eventReceived(T0 + second * 1_000);
    expect(t.isInTouch()).toBe(false);
    t.eventReceived(T0 + 59_000);
    expect(t.isInTouch()).toBe(true);
  });

  test('P6: after a pause of the process only events signed later count, however recent the last heartbeat', () => {
    const t = liveness();
    t.tick();
    t.start(T0, monotonic);
    pass(STALL_MS + 1);
    expect(t.isInTouch()).toBe(false);
    t.tick();
    t.eventReceived(T0 + 1_000);
    expect(t.isInTouch()).toBe(false);
    pass(500);
    t.tick();
    t.eventReceived(T0 + STALL_MS + 400);
    expect(t.isInTouch()).toBe(true);
  });

  test('P6: a process that follows another is out of touch while the other stalls, and then until something signed later arrives', () => {
    const worker = liveness();
    const primary = new PrimaryLiveness(clock, (shared) => worker.adopt(structuredClone(shared)));
    const both = (milliseconds: number) => {
      pass(milliseconds);
      primary.tick();
      worker.tick();
    };
    both(0);
    primary.start(T0, monotonic);
    const delayed = primary.share();
    both(STALL_MS);
    both(STALL_MS);
    expect(worker.isInTouch()).toBe(true);

    pass(STALL_MS);
    worker.tick();
    expect(worker.isInTouch()).toBe(true);
    pass(1);
    worker.tick();
    expect(worker.isInTouch()).toBe(false);
    // What the primary sent before, and what it receives first of what has queued.
    worker.adopt(delayed);
    primary.eventReceived(T0 + 5_000);
    expect(worker.isInTouch()).toBe(false);
    both(0);
    expect([primary.isInTouch(), worker.isInTouch()]).toEqual([false, false]);
    both(250);
    primary.eventReceived(T0 + 3 * STALL_MS + 100);
    expect([primary.isInTouch(), worker.isInTouch()]).toEqual([true, true]);
  });

  test.each([
    ['back', -CLOCK_SKEW_MS - 1],
    ['forth', CLOCK_SKEW_MS + 1],
  ])(
    'P6: when the wall clock steps %s, everything is refused at once, until it is right again',
    (_, step) => {
      const t = liveness();
      t.start(T0, monotonic);
      wall += step;
      expect([t.isInTouch(), t.clocksAgree]).toEqual([false, false]);
      t.eventReceived(T0 + 1);
      t.start(T0, monotonic);
      expect(t.isInTouch()).toBe(false);
      wall -= step;
      expect([t.isInTouch(), t.clocksAgree]).toEqual([true, true]);
    },
  );

  test('P6: the time of a decision is compared with the signed time, if it is given', () => {
    const t = liveness();
    t.start(T0, monotonic);
    expect(t.isInTouch(wall)).toBe(true);
    for (const step of [-CLOCK_SKEW_MS - 1, CLOCK_SKEW_MS + 1, Number.NaN])
      expect(t.isInTouch(wall + step)).toBe(false);
  });

  test.each([
    ['back', -3_600_000],
    ['forth', 3_600_000],
  ])('P6: when the broker’s clock steps %s, everything is refused from the next connection on', (_, step) => {
    const t = liveness();
    t.start(T0, monotonic);
    pass(1_000);
    t.eventReceived(T0 + 1_000 + step);
    expect(t.isLate).toBe(true);
    t.start(T0 + 1_000 + step, monotonic);
    expect(t.isInTouch()).toBe(false);
    t.start(T0 + 1_000, monotonic);
    expect(t.isInTouch()).toBe(true);
  });

  test('P3: if both clocks were set back together, expired tokens would be valid again: refused until time has caught up', () => {
    const t = liveness();
    t.start(T0, monotonic);
    wall -= 3_600_000;
    t.start(T0 - 3_600_000, monotonic);
    expect(t.isInTouch()).toBe(false);
    t.reset();
    t.start(T0 - 3_600_000, monotonic);
    expect(t.isInTouch()).toBe(false);
    wall = T0;
    t.start(T0, monotonic);
    expect(t.isInTouch()).toBe(true);
  });

  test('a slow drift between the clocks of the machines is followed', () => {
    const t = liveness();
    let broker = T0;
    t.start(broker, monotonic);
    for (let minute = 0; minute < 600; minute++) {
      pass(60_000);
      broker += 60_006;
      wall = broker;
      if (t.isLate) t.start(broker, monotonic);
      t.eventReceived(broker);
      expect(t.isInTouch()).toBe(true);
    }
  });

  test('a first event that took long counts as that much older', () => {
    const t = liveness();
    const askedAt = monotonic;
    pass(8_000);
    t.start(T0, askedAt);
    expect(t.isInTouch()).toBe(true);
    pass(2_000);
    expect(t.isInTouch()).toBe(false);
  });

  test('a slow first event causes no new connection at once: its heartbeats keep the gateway in touch', () => {
    const t = liveness();
    const askedAt = monotonic;
    pass(6_000);
    t.start(T0 + 6_000, askedAt);
    for (let second = 7; second < 60; second += 1) {
      pass(1_000);
      t.eventReceived(T0 + second * 1_000);
      expect([t.isInTouch(), t.isLate, t.isImprecise]).toEqual([true, false, false]);
    }
    // From here on events are delayed on the way.
    pass(5_001);
    t.eventReceived(T0 + 60_000 - 1_000);
    expect(t.isLate).toBe(true);
  });

  test('a first event that leaves little of the deadline causes a new connection', () => {
    const t = liveness();
    const askedAt = monotonic;
    pass(8_000);
    t.start(T0 + 8_000, askedAt);
    expect([t.isInTouch(), t.isLate, t.isImprecise]).toEqual([true, false, true]);
    t.start(T0 + 8_000, monotonic);
    expect(t.isImprecise).toBe(false);
  });

  test('a reset is out of touch at once', () => {
    const t = liveness();
    t.start(T0, monotonic);
    t.reset();
    expect(t.isInTouch()).toBe(false);
  });
});

describe('what a balancer has to know', () => {
  test('a gateway starts until its first event, and for ten seconds at most', () => {
    const [soon, never] = [liveness(), liveness()];
    expect([soon.fault, never.fault]).toEqual(['starting', 'starting']);
    soon.start(T0, monotonic);
    expect(soon.fault).toBeUndefined();
    pass(LIVENESS_DEADLINE_MS - 1);
    expect(never.fault).toBe('starting');
    pass(1);
    expect([soon.isInTouch(), never.isInTouch()]).toEqual([false, false]);
    expect([soon.fault, never.fault]).toEqual([undefined, undefined]);
  });

  test('a gateway that its broker rejects has a fault until it is accepted again; a reset alone is none', () => {
    const t = liveness();
    t.start(T0, monotonic);
    t.reset();
    expect(t.fault).toBeUndefined();
    t.rejected();
    pass(60_000);
    expect(t.fault).toBe('not_enrolled');
    t.start(T0 + 60_000, monotonic);
    expect(t.fault).toBeUndefined();
  });

  test('a process that follows another knows that the other hangs, and does not take a lost broker for that', () => {
    const worker = liveness();
    const primary = new PrimaryLiveness(clock, (shared) => worker.adopt(structuredClone(shared)));
    primary.start(T0, monotonic);
    primary.tick();
    for (let seconds = 0; seconds < 20; seconds += 1) {
      pass(1_000);
      primary.tick();
    }
    expect([worker.isInTouch(), worker.followsHungProcess]).toEqual([false, false]);
    pass(STALL_MS + 1);
    expect(worker.followsHungProcess).toBe(true);
    primary.tick();
    expect(worker.followsHungProcess).toBe(false);
  });
});
