import { apiFilter, hasWords, readListChoice } from './list-filter.js';

const FIELDS = ['text', 'ticket', 'state', 'tenant', 'service', 'person', 'from', 'to'] as const;
const read = (query: string) => readListChoice(new URLSearchParams(query), FIELDS, ['denied']);

describe('the filters in the address of a list', () => {
  test('are read if they are valid', () => {
    const person = 'usr_00000000-0000-7000-8000-000000000001';
    expect(
      read(`text=wrong+total&ticket=INV-4&state=denied&tenant=acme&service=billing&person=${person}`),
    ).toEqual({
      ...{ text: 'wrong total', ticket: 'INV-4', state: 'denied', tenant: 'acme', service: 'billing' },
      person,
    });
    expect(read('from=2026-11-24&to=2026-11-25')).toEqual({ from: '2026-11-24', to: '2026-11-25' });
  });

  test('are as if they were absent if they are not', () => {
    expect(read('text=–&ticket=+&state=gone&tenant=../x&service=A&person=erin&from=yesterday&to=')).toEqual(
      {},
    );
    expect(readListChoice(new URLSearchParams('tenant=acme&text=x'), ['text'])).toEqual({ text: 'x' });
  });

  test('ask the API for whole days of the reader’s calendar', () => {
    const {
      from = '',
      to = '',
      ...rest
    } = apiFilter({
      state: 'denied',
      from: '2026-11-24',
      to: '2026-11-24',
    });
    expect(rest).toEqual({ state: 'denied' });
    expect(Date.parse(to) - Date.parse(from)).toBe(86_400_000);
    expect(new Date(from).getHours()).toBe(0);
  });

  test('search lists that arrive whole by parts of words', () => {
    expect(hasWords('bo chen', 'Bob Chen', 'bob@acme.example')).toBe(true);
    expect(hasWords('ada', 'Bob Chen')).toBe(false);
    expect(hasWords(undefined, 'Bob')).toBe(true);
  });
});
