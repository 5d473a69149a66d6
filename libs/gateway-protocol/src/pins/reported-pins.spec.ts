import { parsePins } from './reported-pins.js';

const hash = (digit: string) => `sha256:${digit.repeat(64)}`;
const pin = { tenant: 'acme', pinned: hash('a'), current: hash('b') };

describe('a gateway’s pins', () => {
  test('are read as they were said', () => {
    const next = { pinned: hash('c'), from: '2026-11-27T15:00:00Z' };
    const atLeast = [hash('d'), hash('e')];
    const behind = { ...pin, atLeast, current: null, behind: hash('a'), next: { ...next, atLeast } };
    for (const pins of [[], [pin], [{ ...pin, current: null }], [{ ...pin, next }], [behind]])
      expect(parsePins({ pins })).toEqual({ pins });
    const dated = { at: '2026-11-27T15:00:00.000Z', pins: [pin] };
    expect(parsePins(dated)).toEqual(dated);
  });

  test.each([
    [{}],
    [{ pins: [{ ...pin, current: undefined }] }],
    [{ pins: [{ ...pin, pinned: 'a' }] }],
    [{ pins: [{ ...pin, tenant: 'Acme' }] }],
    [{ pins: [{ ...pin, more: 1 }] }],
    [{ pins: [{ ...pin, atLeast: [] }] }],
    [{ pins: [{ ...pin, atLeast: hash('d') }] }],
    [{ pins: [{ ...pin, behind: null }] }],
    [{ pins: [{ ...pin, next: { pinned: hash('c') } }] }],
    [{ pins: Array(10_001).fill(pin) }],
    [{ pins: [], more: 1 }],
    [{ pins: [], at: '2026-11-27T15:00:00Z' }],
  ])('P13: in any other shape are refused (%#)', (body) => {
    expect(() => parsePins(body)).toThrow(expect.objectContaining({ code: 'invalid_pins' }));
  });
});
