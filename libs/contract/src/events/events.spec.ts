import { type EventData, eventProblem, RESOURCES } from './index.js';
import { EVENT_TYPES } from './names.js';

const retried: EventData<'notice.retried'> = { notice: 'ntc_1', deliveries: 2 };

test('every type is declared in one place', () => {
  const declared = RESOURCES.flatMap((each) => Object.keys(each)).sort();
  expect(declared).toEqual(EVENT_TYPES);
});

const draft = { log: 'deployment', type: 'notice.retried', actor: 'usr_1', data: retried, commits: [] };

test.each<[change: Partial<Parameters<typeof eventProblem>[0]>, problem: string | undefined]>([
  [{}, undefined],
  [{ log: 'acme' }, 'notice.retried does not go to the log `acme`'],
  [{ log: 'vendor' }, 'notice.retried does not go to the log `vendor`'],
  ...['job', 'host', 'gtw_1'].map(
    (actor) => [{ actor }, `notice.retried is not caused by ${actor}`] as [object, string],
  ),
  [{ type: 'lock.set', data: {} }, '`data.lock` of lock.set is not as declared'],
  [{ data: { ...retried, more: 1 } }, '`data.more` of notice.retried is not as declared'],
  [{ commits: ['reason'] }, 'notice.retried does not commit to `reason`'],
  [{ type: 'notice.sent' }, 'there is no type of event “notice.sent”'],
  [{ type: 'toString' }, 'there is no type of event “toString”'],
])('an event is refused for what its type does not declare: %j', (change, problem) => {
  expect(eventProblem({ ...draft, ...change })).toBe(problem);
});

test('the data of a type has its members and no others', () => {
  // @ts-expect-error `deliveries` is missing
  const less: EventData<'notice.retried'> = { notice: 'ntc_1' };
  // @ts-expect-error `delivery` is not declared
  const more: EventData<'notice.retried'> = { ...retried, delivery: 1 };
  expect([less, more].map((data) => eventProblem({ ...draft, data }))).not.toContain(undefined);
});
