import { eventually } from './eventually.js';

type Worker = { lane: number; pid: number | null; inTouch: boolean };

/** Where a gateway's private listener is. */
type WithAdmin = { readonly gatewayAdminUrl: string };

/** The worker processes of a gateway. */
export async function workersOf({ gatewayAdminUrl }: WithAdmin): Promise<Worker[]> {
  const answer = await fetch(`${gatewayAdminUrl}/readyz`);
  return ((await answer.json()) as { workers: Worker[] }).workers;
}

/** The process ids of all workers, once each of them serves. */
export function servingWorkers(site: WithAdmin): Promise<number[]> {
  return eventually('every worker serves', async () => {
    const workers = await workersOf(site);
    const pids = workers.flatMap(({ pid, inTouch }) => (pid !== null && inTouch ? [pid] : []));
    return pids.length === workers.length && pids;
  });
}

export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

export const untilGone = (pid: number): Promise<unknown> =>
  eventually(`process ${pid} is gone`, () => !isAlive(pid));
