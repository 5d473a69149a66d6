/**
 * What each test file costs: with `COUNTERSIGN_TEST_COSTS=FILE`, a line of JSON is added to that file for each. Processor
 * time is what a test run is short of, and jest reports only how long a file took beside all others.
 */
import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import { relative } from 'node:path';

const STAT = '/proc/self/stat';
/** Where proc_pid_stat(5) has the times of the children that were waited for, after the name of the program. */
const CHILDREN = { user: 13, system: 14 };
const TICKS_PER_SECOND = 100;

/** Seconds since this process began: processor time of its own and of its ended children, and of the clock. */
export function costsNow() {
  const { user, system } = process.cpuUsage();
  return { own: (user + system) / 1e6, children: ofChildren(), wall: performance.now() / 1_000 };
}

/** Notes what a file has cost since `before`, if the run was asked to. */
export function noteCosts(path, before) {
  const to = process.env['COUNTERSIGN_TEST_COSTS'];
  if (to === undefined) return;
  const now = costsNow();
  const seconds = Object.fromEntries(
    Object.keys(now).map((name) => [name, Number((now[name] - before[name]).toFixed(2))]),
  );
  appendFileSync(to, `${JSON.stringify({ file: relative(process.cwd(), path), ...seconds })}\n`);
}

/** Children that still run count when they have ended. Zero where the system does not say. */
function ofChildren() {
  if (!existsSync(STAT)) return 0;
  const fields = readFileSync(STAT, 'utf8').split(') ').at(-1).split(' ');
  return (Number(fields[CHILDREN.user]) + Number(fields[CHILDREN.system])) / TICKS_PER_SECOND;
}
