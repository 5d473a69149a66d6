import { makeRoomForRelayed } from './stop.js';

const NOW = new Date('2026-11-24T15:00:00Z');
const FRESH = '2026-11-24T14:00:00.000Z';
const OLD = '2026-10-24T14:00:00.000Z';
const some = (count: number, tenant: string, at = FRESH) =>
  Array.from({ length: count }, (_, index) => ({ id: `${tenant} ${at} ${index}`, tenant, at }));

describe('P13: what a gateway may have relayed that no broker can judge', () => {
  test('is bounded by tenant and in all', () => {
    expect(makeRoomForRelayed(some(19, 'acme'), 'acme', NOW)).toEqual({ isThere: true, ends: [] });
    expect(makeRoomForRelayed(some(20, 'acme'), 'acme', NOW)).toEqual({ isThere: false, ends: [] });
    expect(makeRoomForRelayed(some(20, 'acme'), 'globex', NOW)).toEqual({ isThere: true, ends: [] });
    const many = Array.from({ length: 20 }, (_, index) => some(10, `tenant-${index}`)).flat();
    expect(makeRoomForRelayed(many.slice(1), 'acme', NOW).isThere).toBe(true);
    expect(makeRoomForRelayed(many, 'acme', NOW)).toEqual({ isThere: false, ends: [] });
  });

  test('ends after a month, where there is no room else', () => {
    const old = some(2, 'acme', OLD);
    expect(makeRoomForRelayed([...old, ...some(17, 'acme')], 'acme', NOW)).toEqual({
      isThere: true,
      ends: [],
    });
    expect(makeRoomForRelayed([...old, ...some(18, 'acme')], 'acme', NOW)).toEqual({
      isThere: true,
      ends: old,
    });
    expect(makeRoomForRelayed([...old, ...some(20, 'acme')], 'acme', NOW).isThere).toBe(false);
  });
});
