const LULL_MS = 60_000;
/** What only somebody who is there does. */
const SIGNS = ['pointerdown', 'keydown', 'wheel', 'touchmove', 'visibilitychange'] as const;

let last = Date.now();
for (const sign of SIGNS)
  document.addEventListener(
    sign,
    () => {
      last = Date.now();
    },
    { capture: true, passive: true },
  );

/** Whether somebody has touched this page within the last minute. Opening it counts. */
export const isAttended = (): boolean => Date.now() - last < LULL_MS;
