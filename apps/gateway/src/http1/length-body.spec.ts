import { LengthBody } from './length-body.js';

test('a body of a length takes so many bytes, in whatever pieces, and nothing behind them', () => {
  const body = new LengthBody(5);
  const pieces: string[] = [];
  const push = (text: string, from: number) =>
    body.push(Buffer.from(text), from, (piece) => pieces.push(piece.toString()));
  expect([push('xab', 1), body.isDone]).toEqual([3, false]);
  expect([push('xab', 3), body.isDone]).toEqual([3, false]);
  expect([push('cdeGET', 0), body.isDone]).toEqual([3, true]);
  expect([push('GET', 0), body.isDone, body.isPlain]).toEqual([0, true, true]);
  expect(pieces).toEqual(['ab', 'cde']);
});
