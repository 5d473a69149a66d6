/** Long enough that turns cost nothing, and short enough that many of them in a row are no wait. */
const SLICE_MS = 8;

const waiting: (() => void)[] = [];

/**
 * Lets long work on the processor give way: call what this returns between the steps of the work. When a slice of time has been
 * used up, it waits until the event loop has turned. In each turn one slice of one work runs, however many works there are, so
 * sockets, timers and everyone else's short work come in between.
 */
export function givingWay(now: () => number = () => performance.now()): () => Promise<void> | undefined {
  let since = now();
  return () => {
    if (now() - since < SLICE_MS) return undefined;
    return nextTurn().then(() => {
      since = now();
    });
  };
}

function nextTurn(): Promise<void> {
  return new Promise((resolve) => {
    waiting.push(resolve);
    if (waiting.length === 1) setImmediate(serve);
  });
}

function serve(): void {
  const next = waiting[0];
  next?.();
  // It is removed last, so that what waits for the next turn meanwhile does not begin a second one.
  waiting.shift();
  if (waiting.length > 0) setImmediate(serve);
}
