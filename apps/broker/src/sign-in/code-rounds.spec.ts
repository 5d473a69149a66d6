import { jest } from '@jest/globals';
import { CodeRounds } from './code-rounds.js';

beforeEach(() => {
  jest.useFakeTimers();
});
afterEach(() => {
  jest.useRealTimers();
});

test('works on all requests of half a second at once, and on none before', async () => {
  const rounds: number[][] = [];
  const codes = new CodeRounds<number>(async (requests) => void rounds.push(requests));
  codes.add(1, false);
  jest.advanceTimersByTime(400);
  codes.add(2, false);
  expect(rounds).toEqual([]);
  jest.advanceTimersByTime(100);
  codes.add(3, false);
  expect(rounds).toEqual([[1, 2]]);
  jest.advanceTimersByTime(500);
  expect(rounds).toEqual([[1, 2], [3]]);
  codes.add(4, false);
  await codes.stop();
  jest.advanceTimersByTime(5_000);
  expect(rounds).toHaveLength(2);
});

test('a round that is full takes no more of strangers, and the next one does', () => {
  const rounds: number[] = [];
  const codes = new CodeRounds<number>(async ({ length }) => void rounds.push(length));
  for (let each = 0; each < 200; each += 1) codes.add(each, false);
  expect(() => codes.add(200, false)).toThrow(expect.objectContaining({ code: 'rate_limited', seconds: 1 }));
  codes.add(200, true);
  jest.advanceTimersByTime(500);
  codes.add(201, false);
  expect(rounds).toEqual([201]);
});
