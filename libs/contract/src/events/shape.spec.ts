import { flag, integer, list, members, nullable, oneOf, optional, type TypeOf, text } from './shape.js';

const LOCK = members({
  kind: oneOf(['grant', 'tenant']),
  by: nullable(text),
  count: optional(integer),
  signed: flag,
  chain: list(members({ seq: integer })),
});

const lock: TypeOf<typeof LOCK> = { kind: 'grant', by: null, signed: true, chain: [{ seq: 0 }] };

test.each([
  ['fits without an optional member', lock, undefined],
  ['lacks a member', { kind: 'grant', by: null, chain: [] }, '.signed'],
  ['has a member that is not declared', { ...lock, more: 1 }, '.more'],
  ['has undefined for an optional member', { ...lock, count: undefined }, '.count'],
  ['has a value that is not listed', { ...lock, kind: 'api' }, '.kind'],
  ['is wrong inside a list', { ...lock, chain: [{ seq: 1 }, { seq: 0.5 }] }, '.chain[1].seq'],
  ['is no object', [], ''],
])('a value that %s', (_, value, problem) => {
  expect(LOCK.problem(value)).toBe(problem);
});

test('the type allows no other member and no other value', () => {
  // @ts-expect-error a member that is not declared
  const more: TypeOf<typeof LOCK> = { ...lock, more: 1 };
  // @ts-expect-error a value that is not listed
  const other: TypeOf<typeof LOCK> = { ...lock, kind: 'api' };
  expect([LOCK.problem(more), LOCK.problem(other)]).toEqual(['.more', '.kind']);
});
