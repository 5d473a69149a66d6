/** Time as the gateway sees it. `now` is the wall clock; `monotonic` never steps. Both in milliseconds. */
export interface Clock {
  now(): number;
  monotonic(): number;
}

/**
 * For processes that exchange monotonic times: `monotonic` is the machine's own clock, which all processes of a host share.
 * `performance.now` counts from the start of its process.
 */
export function machineClock(): Clock {
  const startedAt = Number(process.hrtime.bigint()) / 1e6 - performance.now();
  return { now: () => Date.now(), monotonic: () => startedAt + performance.now() };
}

export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
};
