import { SignedLanes } from './signed-lanes.js';

const gateway = 'gtw_1';

test('every lane has to have signed; the newest head says how many lanes there are', () => {
  const lanes = new SignedLanes();
  expect(lanes.missing(gateway, 10)).toBe(0);
  lanes.take(10, { gateway });
  expect([lanes.missing(gateway, 10), lanes.missing(gateway, 11)]).toEqual([undefined, 0]);
  lanes.take(20, { gateway, lane: { number: 1, of: 3 } });
  expect(lanes.missing(gateway, 10)).toBe(2);
  lanes.take(15, { gateway, lane: { number: 2, of: 3 } });
  expect([10, 11, 15].map((since) => lanes.missing(gateway, since))).toEqual([undefined, 0, 0]);
  lanes.take(19, { gateway, lane: { number: 0, of: 3 } });
  expect([15, 16, 20].map((since) => lanes.missing(gateway, since))).toEqual([undefined, 2, 0]);
  // Each gateway counts its own lanes. Once the others have ended, it has one lane again.
  lanes.take(30, { gateway: 'gtw_2', lane: { number: 0, of: 2 } });
  lanes.take(30, { gateway });
  expect([lanes.missing(gateway, 30), lanes.missing('gtw_2', 30)]).toEqual([undefined, 1]);
});

test('a head that claims very many lanes costs no memory: the first lane that is missing is reported', () => {
  const lanes = new SignedLanes();
  lanes.take(10, { gateway, lane: { number: 0, of: Number.MAX_SAFE_INTEGER } });
  expect(lanes.missing(gateway, 10)).toBe(1);
});
