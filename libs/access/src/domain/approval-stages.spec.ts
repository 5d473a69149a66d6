import fc from 'fast-check';
import { canFillStages, groupsInCharge, mayDecideIn } from './approval-stages.js';

const stage = { groups: ['owners'], escalate: { after: 60, to: ['management'] } };
const calm = { deputies: [], day: '2028-02-29', isOverdue: false };

test('a stage without groups is open to every approver', () => {
  expect(groupsInCharge({ groups: [], escalate: null }, calm)).toBeNull();
  expect(mayDecideIn(null, [])).toBe(true);
});

test('others may decide once the stage is overdue', () => {
  expect(groupsInCharge(stage, calm)).toEqual(['owners']);
  expect(groupsInCharge(stage, { ...calm, isOverdue: true })).toEqual(['owners', 'management']);
});

test.each([
  ['2028-02-28', false],
  ['2028-02-29', true],
  ['2028-03-01', true],
  ['2028-03-02', false],
])('a deputy from a leap day to the next stands in on %s: %s', (day, stands) => {
  const deputies = [{ for: 'owners', by: 'cover', from: '2028-02-29', to: '2028-03-01' }];
  expect(groupsInCharge(stage, { ...calm, deputies, day })?.includes('cover')).toBe(stands);
});

test('a deputy of the next group stands in for it too, and for no other group', () => {
  const deputies = [
    { for: 'management', by: 'cover', from: '2028-02-29', to: '2028-02-29' },
    { for: 'dpo', by: 'other', from: '2028-02-29', to: '2028-02-29' },
  ];
  expect(groupsInCharge(stage, { ...calm, deputies })).toEqual(['owners']);
  expect(groupsInCharge(stage, { ...calm, deputies, isOverdue: true })).toEqual([
    'owners',
    'management',
    'cover',
  ]);
});

const GROUPS = ['a', 'b', 'c'];
const groups = fc.subarray(GROUPS);
const stages = fc.array(
  fc.record({ required: fc.integer({ min: 1, max: 2 }), groups: fc.option(groups, { nil: null }) }),
  { maxLength: 3 },
);

/** Tries every assignment of approvers to seats. */
function bruteForce(approvers: string[][], seats: (readonly string[] | null)[]): boolean {
  const [seat, ...rest] = seats;
  if (seat === undefined) return true;
  return approvers.some(
    (each, index) =>
      mayDecideIn(seat, each) &&
      bruteForce([...approvers.slice(0, index), ...approvers.slice(index + 1)], rest),
  );
}

test('stages can be filled exactly if some assignment of different persons fills them', () => {
  fc.assert(
    fc.property(fc.array(groups, { maxLength: 5 }), stages, (approvers, wanted) => {
      const seats = wanted.flatMap(({ required, groups: own }) =>
        Array.from({ length: required }, () => own),
      );
      expect(canFillStages(approvers, wanted)).toBe(bruteForce(approvers, seats));
    }),
  );
});
