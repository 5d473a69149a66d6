import { makeRoomForRelayed } from './stop.js';

const NOW = new Date('2026-11-24T15:00:00Z');
const FRESH = '2026-11-24T14:00:00.000Z';
const OLD = '2026-10-24T14:00:00.000Z';
const some = (count: number, tenant: string, at = FRESH) =>
  Array.from({ length: count }, (_, index) => ({ id: `${tenant} ${at} ${index}`, tenant, at }));

describe('P13: the relayed stops that no broker can verify', () => {
  test('are limited for each tenant and for each gateway', () => {
    expect(makeRoomForRelayed(some(19, 'acme'), 'acme', NOW)).toEqual({ hasRoom: true, expired: [] });
    expect(makeRoomForRelayed(some(20, 'acme'), 'acme', NOW)).toEqual({ hasRoom: false, expired: [] });
    expect(makeRoomForRelayed(some(20, 'acme'), 'globex', NOW)).toEqual({ hasRoom: true, expired: [] });
    const many = Array.from({ length: 20 }, (_, index) => some(10, `tenant-${index}`)).flat();
    expect(makeRoomForRelayed(many.slice(1), 'acme', NOW).hasRoom).toBe(true);
    expect(makeRoomForRelayed(many, 'acme', NOW)).toEqual({ hasRoom: false, expired: [] });
  });

  test('expire after a month, if room is needed', () => {
    const old = some(2, 'acme', OLD);
    expect(makeRoomForRelayed([...old, ...some(17, 'acme')], 'acme', NOW)).toEqual({
      hasRoom: true,
      expired: [],
    });
    expect(makeRoomForRelayed([...old, ...some(18, 'acme')], 'acme', NOW)).toEqual({
      hasRoom: true,
      expired: old,
    });
    expect(makeRoomForRelayed([...old, ...some(20, 'acme')], 'acme', NOW).hasRoom).toBe(false);
  });
});
