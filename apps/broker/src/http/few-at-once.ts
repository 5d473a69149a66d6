import type { NextFunction, Request, Response } from 'express';

/**
 * Middleware that lets so many requests go on at once; the others wait, first come first served. For requests of which
 * hundreds may come in one moment and none is urgent: whatever is urgent then finds the process free. To be put behind
 * what reads bodies, so that nobody holds a place by sending slowly.
 */
export function fewAtOnce(width: number) {
  let free = width;
  const waiting: (() => void)[] = [];
  const leave = () => {
    const next = waiting.shift();
    if (next === undefined) free += 1;
    else next();
  };
  return (_request: Request, response: Response, next: NextFunction): void => {
    const enter = () => {
      // Who has gone while waiting wants no answer.
      if (response.closed) return leave();
      response.once('close', leave);
      next();
    };
    if (free === 0) waiting.push(enter);
    else {
      free -= 1;
      enter();
    }
  };
}
