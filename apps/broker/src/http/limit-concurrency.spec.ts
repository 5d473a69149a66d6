import { EventEmitter } from 'node:events';
import type { Request, Response } from 'express';
import { limitConcurrency } from './limit-concurrency.js';

class Answer extends EventEmitter {
  closed = false;
  close(): void {
    this.closed = true;
    this.emit('close');
  }
}

function crowd(width: number, size: number) {
  const pass = limitConcurrency(width);
  const begun: number[] = [];
  const answers = Array.from({ length: size }, () => new Answer());
  for (const [index, answer] of answers.entries())
    pass({} as Request, answer as unknown as Response, () => begun.push(index));
  return { begun, close: (index: number) => answers[index]?.close() };
}

test('so many go on at once, and the others in their order as these are answered', () => {
  const { begun, close } = crowd(2, 5);
  expect(begun).toEqual([0, 1]);
  close(1);
  expect(begun).toEqual([0, 1, 2]);
  close(0);
  close(2);
  expect(begun).toEqual([0, 1, 2, 3, 4]);
});

test('one that is gone before its turn takes no place', () => {
  const { begun, close } = crowd(1, 4);
  close(1);
  close(2);
  expect(begun).toEqual([0]);
  close(0);
  expect(begun).toEqual([0, 3]);
  close(3);
});

test('a place is free again for who comes later', () => {
  const pass = limitConcurrency(1);
  const begun: string[] = [];
  for (const name of ['first', 'second']) {
    const answer = new Answer();
    pass({} as Request, answer as unknown as Response, () => begun.push(name));
    answer.close();
  }
  expect(begun).toEqual(['first', 'second']);
});

test('each caller has places of its own if requests name their caller, and none is remembered', () => {
  const pass = limitConcurrency(1, ({ url }) => url);
  const begun: string[] = [];
  const send = (url: string) => {
    const answer = new Answer();
    pass({ url } as Request, answer as unknown as Response, () => begun.push(url));
    return answer;
  };
  const first = send('a');
  const [second, other] = [send('a'), send('b')];
  expect(begun).toEqual(['a', 'b']);
  first.close();
  expect(begun).toEqual(['a', 'b', 'a']);
  for (const answer of [second, other]) answer.close();
  send('a').close();
  expect(begun).toEqual(['a', 'b', 'a', 'a']);
});
