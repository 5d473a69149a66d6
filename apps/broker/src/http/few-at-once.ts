import type { NextFunction, Request, Response } from 'express';

/** Places that are free, and who waits for one. */
type Room = { free: number; waiting: (() => void)[] };

/**
 * Middleware that lets so many requests go on at once; the others wait, first come first served. For requests of which
 * hundreds may come in one moment and none is urgent: whatever is urgent then finds the process free. To be put behind
 * what reads bodies, so that nobody holds a place by sending slowly; before it only where `whose` gives each sender places of
 * its own, which it alone can hold.
 */
export function limitConcurrency(width: number, whose: (request: Request) => string = () => '') {
  const rooms = new Map<string, Room>();
  return (request: Request, response: Response, next: NextFunction): void => {
    const key = whose(request);
    const room = rooms.get(key) ?? { free: width, waiting: [] };
    rooms.set(key, room);
    const leave = () => {
      const after = room.waiting.shift();
      if (after !== undefined) return after();
      room.free += 1;
      if (room.free === width) rooms.delete(key);
    };
    const enter = () => {
      // Who has gone while waiting wants no answer.
      if (response.closed) return leave();
      response.once('close', leave);
      next();
    };
    if (room.free === 0) room.waiting.push(enter);
    else {
      room.free -= 1;
      enter();
    }
  };
}
