import { MinuteCounters, RefusalFolding } from './refusal-counting.js';

const NOON = Date.parse('2026-11-24T12:00:00Z');

describe('RefusalFolding', () => {
  test('sixty refusals a minute and grant stand alone, the rest are folded by code, and none is lost', () => {
    const folding = new RefusalFolding<string>();
    const taken = Array.from({ length: 100 }, (_, i) =>
      folding.take('grant', i % 2 ? 'a' : 'b', `${i}`, NOON + i),
    );
    expect(taken.filter(({ alone }) => alone).map(({ into }) => into)).toEqual(
      Array.from({ length: 60 }, (_, i) => `${i}`),
    );
    expect(taken.slice(60).map(({ into }) => into)).toEqual(
      Array.from({ length: 40 }, (_, i) => (i % 2 ? '61' : '60')),
    );
    expect(folding.drain(NOON + 60_000)).toEqual([
      { first: '60', count: 20 },
      { first: '61', count: 20 },
    ]);
    expect(folding.drain(NOON + 60_000)).toEqual([]);
  });

  test('each grant is counted alone, and each minute starts at zero', () => {
    const folding = new RefusalFolding<string>();
    for (let i = 0; i < 60; i++) folding.take('one', 'a', '', NOON);
    folding.take('one', 'a', 'first', NOON + 59_998);
    expect(folding.take('one', 'a', 'second', NOON + 59_999)).toEqual({ into: 'first', alone: false });
    expect(folding.take('two', 'a', 'third', NOON)).toEqual({ into: 'third', alone: true });
    expect(folding.take('one', 'a', 'fourth', NOON + 60_000)).toEqual({ into: 'fourth', alone: true });
  });
});

describe('MinuteCounters', () => {
  test('count by service, code and minute, and come out once', () => {
    const counters = new MinuteCounters();
    counters.add(null, 'ambiguous_request', NOON);
    counters.add('billing', 'invalid_token', NOON + 1);
    counters.add('billing', 'invalid_token', NOON + 59_999);
    counters.add('billing', 'invalid_token', NOON + 60_000);
    expect(counters.drain(300)).toEqual([
      { service: null, code: 'ambiguous_request', minute: '2026-11-24T12:00:00Z', count: 1 },
      { service: 'billing', code: 'invalid_token', minute: '2026-11-24T12:00:00Z', count: 2 },
      { service: 'billing', code: 'invalid_token', minute: '2026-11-24T12:01:00Z', count: 1 },
    ]);
    expect(counters.drain(300)).toEqual([]);
  });

  test('counters that could not be written keep their first minute, and do not multiply with each minute', () => {
    const counters = new MinuteCounters();
    for (let minute = 0; minute < 5; minute += 1) {
      counters.add('billing', 'invalid_token', NOON + minute * 60_000);
      counters.add(null, 'not_in_touch', NOON + minute * 60_000, 2);
      counters.hold(counters.drain(300));
    }
    const since = { minute: '2026-11-24T12:00:00Z' };
    expect(counters.drain(300)).toEqual([
      { service: 'billing', code: 'invalid_token', count: 5, ...since },
      { service: null, code: 'not_in_touch', count: 10, ...since },
    ]);
    counters.add(null, 'not_in_touch', NOON + 300_000);
    expect(counters.drain(300)).toMatchObject([{ count: 1, minute: '2026-11-24T12:05:00Z' }]);
  });

  test('many counters come out in portions, and none is lost', () => {
    const counters = new MinuteCounters();
    for (let service = 0; service < 7; service += 1) counters.add(`s${service}`, 'invalid_token', NOON);
    const pieces = [counters.drain(3), counters.drain(3), counters.drain(3), counters.drain(3)];
    expect(pieces.map((piece) => piece.length)).toEqual([3, 3, 1, 0]);
    expect(new Set(pieces.flat().map(({ service }) => service)).size).toBe(7);
  });
});
