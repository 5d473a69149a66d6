import { generateSigningKey } from '@countersign/grant-token-mint';
import { GatewayState } from './gateway-state.js';

const NOW = Date.parse('2026-11-24T15:00:00Z');

describe('keys that check tokens', () => {
  const staying = generateSigningKey();
  const retiring = generateSigningKey();
  const exp = NOW / 1_000 + 60;
  let narrowed = 0;
  const state = new GatewayState(
    () => {},
    () => {
      narrowed += 1;
    },
  );
  state.applyChange({ keys: [{ ...staying.publicJwk }, { ...retiring.publicJwk, exp }] }, NOW);

  test('a retired key is let go of by time, without a word from the broker', () => {
    const known = (now: number) => [staying, retiring].map(({ kid }) => state.key(kid, now) !== undefined);
    expect(known(NOW)).toEqual([true, true]);
    expect(known(exp * 1_000 - 1)).toEqual([true, true]);
    expect(known(exp * 1_000)).toEqual([true, false]);
    // Answers that it has opened may end: it has not been revoked.
    expect(state.lists(retiring.kid)).toBe(true);
  });

  test('a key that is no longer listed is gone at once, and whoever holds answers open is told', () => {
    const before = narrowed;
    state.applyChange({ keys: [{ ...retiring.publicJwk, exp }] }, NOW);
    expect(state.key(staying.kid, NOW)).toBeUndefined();
    expect(state.lists(staying.kid)).toBe(false);
    expect(narrowed).toBe(before + 1);
  });
});
