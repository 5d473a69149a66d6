import type { LeafV1 } from './leaf.js';
import { LogFault } from './log-fault.js';
import { UnknownLeaves, unknownEvent } from './unknown-leaves.js';

const leaf = (type: string, seq = 0, at = '2026-11-24T10:00:00Z'): LeafV1 => ({
  ...{ v: 1, type, at, tenant: 'acme', seq, actor: 'job', data: {}, commitments: {} },
});
const fault = new LogFault<string>('not_approved', 'Leaf 9: no.', 9);
const AT = Date.parse('2026-11-24T10:00:00Z');

test('a type that this version knows is none of them', () => {
  const leaves = new UnknownLeaves();
  expect(leaves.take(leaf('service.tenants'))).toBe(false);
  expect(leaves.found).toBeNull();
});

test('until the first of them a fault decides; after it the first fault is kept', () => {
  const leaves = new UnknownLeaves();
  expect(() => leaves.keep(fault, AT)).toThrow(fault);
  expect(leaves.take(leaf('something.new', 7))).toBe(true);
  leaves.keep(fault, AT - 86_400_000);
  leaves.keep(new LogFault('forked', 'later'));
  expect(leaves.found).toEqual({
    types: [{ log: 'acme', type: 'something.new', index: 7, count: 1 }],
    undecided: fault,
  });
});

test('those of another log count from their time on, and at the end', () => {
  const other = new UnknownLeaves();
  const leaves = new UnknownLeaves([other]);
  other.take(leaf('something.new'));
  expect(() => leaves.keep(fault, AT - 30_001)).toThrow(fault);
  leaves.keep(fault, AT - 30_000);
  expect(leaves.found?.undecided).toBe(fault);
  const atTheEnd = new UnknownLeaves([other]);
  atTheEnd.keep(fault);
  expect(atTheEnd.found?.undecided).toBe(fault);
});

test('one that is dated before the leaves that precede it counts from their time on', () => {
  const other = new UnknownLeaves();
  const leaves = new UnknownLeaves([other]);
  other.take(leaf('service.tenants'));
  other.take(leaf('something.new', 1, '1970-01-01T00:00:00Z'));
  expect(() => leaves.keep(fault, AT - 30_001)).toThrow(fault);
});

test('an error that is no fault of a log is never kept', async () => {
  const leaves = new UnknownLeaves();
  leaves.take(leaf('something.new'));
  const error = new Error('the disk is gone');
  await expect(leaves.attempt(() => Promise.reject(error))).rejects.toBe(error);
  expect(() =>
    leaves.attempt(() => {
      throw error;
    }),
  ).toThrow(error);
  await leaves.attempt(() => Promise.reject(fault));
  expect(leaves.found?.undecided).toBe(fault);
});

test('a log that is full of them fills no report', () => {
  const leaves = new UnknownLeaves();
  for (let seq = 0; seq < 1_000; seq += 1) leaves.take(leaf(`something.new${seq}`, seq));
  expect(leaves.found?.types).toHaveLength(100);
});

test('the verdict names the first, what to do, and what is undecided', () => {
  const leaves = new UnknownLeaves();
  leaves.take(leaf('something.new', 7));
  leaves.take(leaf('grant.extended', 8));
  const { found } = leaves;
  if (found === null) throw new Error('nothing was found');
  expect(unknownEvent(found)).toMatchObject({
    code: 'unknown_event',
    index: 7,
    message:
      'Leaf 7 of the log acme has the type something.new, which this verifier does not know. Nor does it know 1 more of its types. What it knows was checked, and no fault was found. Update the verifier, and verify again.',
  });
  leaves.keep(fault);
  expect(unknownEvent(leaves.found ?? found).message).toContain(
    'may be for that reason (not_approved: Leaf 9: no.)',
  );
});

test('a member that is unknown counts like a type, and is named', () => {
  const leaves = new UnknownLeaves();
  expect(leaves.take({ ...leaf('service.tenants', 7), data: { since: 1 } })).toBe(true);
  leaves.take(leaf('service.tenants', 8));
  leaves.take({ ...leaf('service.tenants', 9), data: { since: 2 } });
  leaves.keep(fault);
  const { found } = leaves;
  if (found === null) throw new Error('nothing was found');
  expect(found.types).toEqual([
    { log: 'acme', type: 'service.tenants', member: 'data.since', index: 7, count: 2 },
  ]);
  expect(unknownEvent(found).message).toMatch(
    /^Leaf 7 of the log acme has `data.since` in the type service.tenants, which this verifier does not know\./,
  );
});

test('a leaf that no release writes is a fault, also after unknown ones', () => {
  const leaves = new UnknownLeaves();
  leaves.take(leaf('something.new'));
  expect(() => leaves.take(leaf('grant.started', 1))).toThrow(
    new LogFault(
      'unreadable_leaf',
      'Leaf 1: `data.grant` of grant.started is missing, or of another kind.',
      1,
    ),
  );
});
