import type { Pin } from './pins-file.js';
import { pinInForce } from './pins-in-force.js';

const HOUR = 3_600_000;
const NOW = Date.parse('2026-11-27T05:00:00Z');
const at = (hours: number) => new Date(NOW + hours * HOUR).toISOString().replace('.000', '');
const [one, two, three] = ['1', '2', '3'].map((digit) => `sha256:${digit.repeat(64)}`) as [
  string,
  string,
  string,
];
const pin = (pinned: string, more: Partial<Pin> = {}): Pin => ({ pinned, since: at(-1_000), ...more });

describe('the pin in force, from the one that was in force last and the one in the file', () => {
  test('the first pin counts at once, as the file says it', () => {
    const first = pin(one, { atLeast: [two], next: { pinned: two, from: at(1) } });
    expect(pinInForce(undefined, first, NOW)).toEqual({ pin: first });
    expect(pinInForce(undefined, undefined, NOW)).toBeUndefined();
  });

  test.each<[string, Pin | undefined, Pin | undefined, object]>([
    ['the same pin', pin(one), pin(one, { since: at(0) }), { pin: pin(one) }],
    ['no pin any more', pin(one), undefined, { pin: pin(one), alarm: 'missing' }],
    [
      'no pin any more, while another one waited: the waiting one is called off',
      pin(one, { next: { pinned: two, from: at(1) } }),
      undefined,
      { pin: pin(one), alarm: 'missing' },
    ],
    [
      'another pin in its place: it waits',
      pin(one),
      pin(two),
      { pin: pin(one, { next: { pinned: two, from: at(72) } }), alarm: 'replaced' },
    ],
    [
      'another pin in its place, which waits already: no longer and no shorter',
      pin(one, { next: { pinned: two, from: at(5) } }),
      pin(two),
      { pin: pin(one, { next: { pinned: two, from: at(5) } }), alarm: 'replaced' },
    ],
    [
      'a waiting pin with its whole delay',
      pin(one),
      pin(one, { next: { pinned: two, from: at(72), atLeast: [three] } }),
      { pin: pin(one, { next: { pinned: two, from: at(72), atLeast: [three] } }) },
    ],
    [
      'a waiting pin whose delay was cut',
      pin(one),
      pin(one, { next: { pinned: two, from: at(1) } }),
      { pin: pin(one, { next: { pinned: two, from: at(72) } }) },
    ],
    [
      'a waiting pin in the place of another one: its delay begins',
      pin(one, { next: { pinned: two, from: at(1) } }),
      pin(one, { next: { pinned: three, from: at(1) } }),
      { pin: pin(one, { next: { pinned: three, from: at(72) } }) },
    ],
    [
      'a waiting pin whose time has come, in the file and here',
      pin(one, { next: { pinned: two, from: at(-1) } }),
      pin(one, { next: { pinned: two, from: at(-1) } }),
      { pin: pin(two, { since: at(-1) }) },
    ],
    [
      'a waiting pin whose time has come only in the file',
      pin(one, { next: { pinned: two, from: at(9) } }),
      pin(one, { next: { pinned: two, from: at(-1) } }),
      { pin: pin(one, { next: { pinned: two, from: at(9) } }), alarm: 'replaced' },
    ],
    [
      'required versions: at once',
      pin(one),
      pin(one, { atLeast: [two] }),
      { pin: pin(one, { atLeast: [two] }) },
    ],
    ['no required versions any more: at once', pin(one, { atLeast: [two] }), pin(one), { pin: pin(one) }],
  ])('%s', (_case, earlier, file, expected) => {
    expect(pinInForce(earlier, file, NOW)).toEqual(expected);
  });
});
