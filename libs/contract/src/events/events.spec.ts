import { type EventData, eventProblem, RESOURCES } from './index.js';
import { EVENT_TYPES } from './names.js';

const retried: EventData<'notice.retried'> = { notice: 'ntc_1', deliveries: 2 };

test('every type is declared in one place', () => {
  const declared = RESOURCES.flatMap((each) => Object.keys(each)).sort();
  expect(declared).toEqual(EVENT_TYPES);
});

test('an event is refused for what its type does not declare', () => {
  expect(eventProblem('notice.retried', retried, [])).toBeUndefined();
  expect(eventProblem('lock.set', {}, [])).toBe('`data.lock` of lock.set is not as declared');
  expect(eventProblem('notice.retried', { ...retried, more: 1 }, [])).toBe(
    '`data.more` of notice.retried is not as declared',
  );
  expect(eventProblem('notice.retried', retried, ['reason'])).toBe(
    'notice.retried does not commit to `reason`',
  );
  expect(eventProblem('notice.sent', retried, [])).toBe('there is no type of event “notice.sent”');
  expect(eventProblem('toString', retried, [])).toBe('there is no type of event “toString”');
});

test('the data of a type has its members and no others', () => {
  // @ts-expect-error `deliveries` is missing
  const less: EventData<'notice.retried'> = { notice: 'ntc_1' };
  // @ts-expect-error `delivery` is not declared
  const more: EventData<'notice.retried'> = { ...retried, delivery: 1 };
  expect([less, more].map((data) => eventProblem('notice.retried', data, []))).not.toContain(undefined);
});
