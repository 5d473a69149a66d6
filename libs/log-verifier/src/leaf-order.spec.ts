import { LeafData } from './leaf-data.js';
import { LeafOrder } from './leaf-order.js';

const NOON = Date.parse('2026-11-24T12:00:00.000Z');

const leaf = (index: number, seconds: number, type = 'notice.retried') =>
  new LeafData(index, {
    ...{ v: 1, type, actor: 'job', tenant: 'acme', seq: index, commitments: {}, data: {} },
    at: new Date(NOON + seconds * 1_000).toISOString(),
  });

const orderOf = (...leaves: LeafData[]) => {
  const order = new LeafOrder();
  for (const each of leaves) order.take(each);
  return order;
};

describe('P10: a log’s times follow its order', () => {
  test('brokers whose clocks differ by up to a minute write one log', () => {
    expect(orderOf(leaf(0, 60), leaf(1, 0), leaf(2, 61), leaf(3, 1)).state).toEqual({
      at: NOON + 61_000,
      index: 2,
    });
  });

  test.each([
    ['after one leaf', [leaf(0, 61), leaf(1, 0)]],
    ['after leaves that each fit the one before', [leaf(0, 100), leaf(1, 50), leaf(1, 0)]],
  ])('a leaf that is older than an earlier one by more is backdated: %s', (_what, leaves) => {
    expect(() => orderOf(...leaves)).toThrow(expect.objectContaining({ code: 'backdated', index: 1 }));
  });

  test('a record has the clock of its gateway, and may come late', () => {
    const late = orderOf(leaf(0, 3_600), leaf(1, 0, 'access.allowed'), leaf(2, 3_600));
    expect(late.state).toEqual({ at: NOON + 3_600_000, index: 0 });
    expect(orderOf(leaf(0, 3_600, 'gateway.head'), leaf(1, 0)).state).toEqual({ at: NOON, index: 1 });
  });

  test('a leaf of later than the reader’s clock, by more than a minute, is dated ahead', () => {
    const order = orderOf(leaf(0, 0), leaf(1, 120), leaf(2, 90));
    order.requirePast(NOON + 60_000);
    expect(() => order.requirePast(NOON + 59_999)).toThrow(
      expect.objectContaining({ code: 'dated_ahead', index: 1 }),
    );
  });
});
