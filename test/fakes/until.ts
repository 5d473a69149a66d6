/** Resolves when the condition holds, checked often at first and then every 25 ms. Throws after the deadline. */
export async function until(holds: () => boolean | Promise<boolean>, deadlineMs = 30_000): Promise<void> {
  const end = performance.now() + deadlineMs;
  for (let pauseMs = 5; !(await holds()); pauseMs = Math.min(pauseMs * 1.2, 25)) {
    if (performance.now() > end) throw new Error(`did not happen within ${deadlineMs} ms: ${holds}`);
    await new Promise((resolve) => setTimeout(resolve, pauseMs));
  }
}
