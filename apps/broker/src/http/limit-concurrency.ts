import type { NextFunction, Request, Response } from 'express';

/** The free places of one key, and the requests that wait for one. */
type Queue = { free: number; waiting: (() => void)[] };

/**
 * Middleware that processes at most `width` requests at once; the others wait in order of arrival. It is for requests that
 * may arrive by the hundred and are not urgent, so that urgent ones find the process free. Put it behind the body parser:
 * otherwise a slow sender keeps a place. Before the body parser, use it only if `keyOf` gives each sender its own places.
 */
export function limitConcurrency(width: number, keyOf: (request: Request) => string = () => '') {
  const queues = new Map<string, Queue>();
  return (request: Request, response: Response, next: NextFunction): void => {
    const key = keyOf(request);
    const queue = queues.get(key) ?? { free: width, waiting: [] };
    queues.set(key, queue);
    const leave = () => {
      const after = queue.waiting.shift();
      if (after !== undefined) return after();
      queue.free += 1;
      if (queue.free === width) queues.delete(key);
    };
    const enter = () => {
      // The client left while it waited.
      if (response.closed) return leave();
      response.once('close', leave);
      next();
    };
    if (queue.free === 0) queue.waiting.push(enter);
    else {
      queue.free -= 1;
      enter();
    }
  };
}
