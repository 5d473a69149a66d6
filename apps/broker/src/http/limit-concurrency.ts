import type { Request, Response } from 'express';

/** The free places of one key, and the requests that wait for one. */
type Queue = { free: number; waiting: (() => void)[] };

/** Called when the request has its place, or with `full` if too many wait already. */
type Next = (full?: 'full') => void;

/**
 * Middleware that processes at most `width` requests at once; the others wait in order of arrival. It is for requests that
 * may arrive by the hundred and are not urgent, so that urgent ones find the process free. Put it behind the body parser:
 * otherwise a slow sender keeps a place. Before the body parser, use it only if `keyOf` gives each sender its own places.
 *
 * @param mostWaiting of one key
 */
export function limitConcurrency(
  width: number,
  keyOf: (request: Request) => string = () => '',
  mostWaiting = Number.POSITIVE_INFINITY,
) {
  const queues = new Map<string, Queue>();
  return (request: Request, response: Response, next: Next): void => {
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
    if (queue.free > 0) {
      queue.free -= 1;
      enter();
    } else if (queue.waiting.length < mostWaiting) queue.waiting.push(enter);
    else next('full');
  };
}

/**
 * Resolves when the queue has a place for the request, which the end of the answer frees. Never, if the client leaves before.
 *
 * @throws what `whenFull` makes, if too many wait
 * @returns true if the request had to wait
 */
export function takePlace(
  queue: ReturnType<typeof limitConcurrency>,
  request: Request,
  response: Response,
  whenFull: () => Error = () => new Error('a queue without a limit is full'),
): Promise<boolean> {
  return new Promise((resolve, reject) => {
    let isLater = false;
    queue(request, response, (full) => {
      if (full === undefined) resolve(isLater);
      else reject(whenFull());
    });
    isLater = true;
  });
}
