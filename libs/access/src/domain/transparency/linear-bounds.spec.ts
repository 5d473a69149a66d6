import { type Equation, type Interval, linearBounds } from './linear-bounds.js';

/** A generator with a fixed seed (mulberry32): the same numbers in each run. */
function numbers(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
}

/** Tries every combination of whole numbers. */
function byTrying(known: readonly { lo: number; hi: number }[], equations: readonly Equation[]): Interval[] {
  const found = known.map(() => ({ lo: Number.POSITIVE_INFINITY, hi: Number.NEGATIVE_INFINITY }));
  const values: number[] = [];
  const choose = (at: number): void => {
    const next = known[at];
    if (next === undefined) {
      const holds = equations.every(
        (equation) =>
          equation.reduce((sum, { index, factor }) => sum + factor * (values[index] ?? 0), 0) === 0,
      );
      if (holds)
        found.forEach((each, index) => {
          each.lo = Math.min(each.lo, values[index] ?? 0);
          each.hi = Math.max(each.hi, values[index] ?? 0);
        });
      return;
    }
    for (let value = next.lo; value <= next.hi; value += 1) {
      values[at] = value;
      choose(at + 1);
    }
  };
  choose(0);
  return found;
}

test('a cell of a table follows from its row’s sum and the other cells', () => {
  const known = [
    { lo: 12, hi: 12 },
    { lo: 5, hi: 5 },
    { lo: 0, hi: null },
  ];
  const row = [
    { index: 0, factor: 1 },
    { index: 1, factor: -1 },
    { index: 2, factor: -1 },
  ];
  expect(linearBounds(known, [row], [2])).toEqual([{ lo: 7, hi: 7 }]);
});

test('without a limit there is no greatest value', () => {
  expect(linearBounds([{ lo: 3, hi: null }], [], [0])).toEqual([{ lo: 3, hi: null }]);
});

test('counts that cannot be are refused', () => {
  const known = [
    { lo: 5, hi: 5 },
    { lo: 0, hi: 4 },
  ];
  const same = [
    { index: 0, factor: 1 },
    { index: 1, factor: -1 },
  ];
  expect(() => linearBounds(known, [same], [1])).toThrow('no counts fit');
});

test('in small tables it finds what trying every combination finds', () => {
  const next = numbers(4711);
  for (let sample = 0; sample < 40; sample += 1) {
    // Two rows and two columns with their sums; some sums are known closely, some not.
    const cells = Array.from({ length: 4 }, () => next(4));
    const sums = [
      [0, 1],
      [2, 3],
      [0, 2],
      [1, 3],
    ];
    const exact = next(16);
    const known = [
      ...cells.map((value) => ({ lo: Math.max(0, value - next(3)), hi: value + next(3) })),
      ...sums.map((parts, at) => {
        const value = parts.reduce((sum, part) => sum + (cells[part] ?? 0), 0);
        const slack = (exact >> at) & 1 ? 0 : 2;
        return { lo: Math.max(0, value - slack), hi: value + slack };
      }),
    ];
    const equations = sums.map(
      (parts, at): Equation => [
        { index: 4 + at, factor: 1 },
        ...parts.map((index) => ({ index, factor: -1 })),
      ],
    );
    const wanted = known.map((_, index) => index);
    expect(linearBounds(known, equations, wanted)).toEqual(byTrying(known, equations));
  }
});
