import { ConfirmDeadlines } from './confirm-deadlines.js';
import type { Update } from './messages.js';

const CHANGE: Update = { type: 'change', data: {}, now: 0 };
const SNAPSHOT: Update = {
  ...{ type: 'snapshot', now: 0 },
  data: {
    ...{ issuer: 'https://broker.example', services: [], routeMaps: [], keys: [] },
    ...{ grants: [], tenants: [], locks: [] },
  },
};

describe('ConfirmDeadlines', () => {
  test('P6: a change is due 500 ms after it was sent, whatever was confirmed before', () => {
    const deadlines = new ConfirmDeadlines();
    expect(deadlines.due).toBeUndefined();
    deadlines.sent(1, CHANGE, 1_000);
    deadlines.sent(2, CHANGE, 1_100);
    deadlines.sent(3, { type: 'ready', isReady: true, lanes: 2 }, 1_200);
    expect(deadlines.due).toBe(1_500);
    deadlines.confirmed(1, 1_400);
    expect(deadlines.due).toBe(1_600);
    deadlines.confirmed(2, 1_450);
    expect(deadlines.due).toBeUndefined();
  });

  test('a change that follows a snapshot does not take the snapshot’s time: its own begins when the snapshot is confirmed', () => {
    const deadlines = new ConfirmDeadlines();
    deadlines.sent(1, SNAPSHOT, 1_000);
    deadlines.sent(2, CHANGE, 1_010);
    expect(deadlines.due).toBe(6_000);
    deadlines.confirmed(1, 3_000);
    expect(deadlines.due).toBe(3_500);
    deadlines.confirmed(2, 3_100);
    expect(deadlines.due).toBeUndefined();
  });
});
