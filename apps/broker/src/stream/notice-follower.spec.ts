import { lowestIdOf } from './notice-follower.js';

describe('how far back notices are looked for', () => {
  const id = 'ntc_019a0000-1000-7abc-8def-000000000000';

  test('a text that sorts before all ids made since, and after those made earlier', () => {
    const lowest = lowestIdOf(id, 0x1000);
    expect(lowest).toBe('ntc_019a0000-0000');
    expect(lowest < 'ntc_019a0000-0000-7000-8000-000000000000').toBe(true);
    expect(lowest > 'ntc_0199ffff-ffff-7fff-bfff-ffffffffffff').toBe(true);
  });

  test('never before the beginning of time', () => {
    expect(lowestIdOf('ntc_00000000-0001-7abc-8def-000000000000', 5_000)).toBe('ntc_00000000-0000');
  });
});
