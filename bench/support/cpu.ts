import type { ChildProcess } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** What a program has to load first so that `cpuMicroseconds` can ask it. */
export const REPORT_CPU = fileURLToPath(new URL('./report-cpu.js', import.meta.url));

/** Processor time of all threads of a process so far, user and system, in microseconds. */
export function cpuMicroseconds(child: ChildProcess): Promise<number> {
  return new Promise((resolve, reject) => {
    const gone = () => reject(new Error('a measured program has ended'));
    child.once('exit', gone);
    child.once('message', (answer: { cpu: NodeJS.CpuUsage }) => {
      child.off('exit', gone);
      resolve(answer.cpu.user + answer.cpu.system);
    });
    child.send('cpu');
  });
}

/** Linux tells a process's time in hundredths of a second, whatever the kernel's own clock. */
const TICK_MICROSECONDS = 10_000;

/** The same of a program that cannot be asked: Linux alone says it. */
export function cpuMicrosecondsOf(pid: number): number {
  return statOf(pid).microseconds;
}

/** The same with its children: those that it has now, and those that have ended. */
export function cpuMicrosecondsWithChildren(pid: number): number {
  let sum = statOf(pid).ended;
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    try {
      const { parent, microseconds } = statOf(Number(name));
      if (Number(name) === pid || parent === pid) sum += microseconds;
    } catch {
      // A process that has just ended.
    }
  }
  return sum;
}

function statOf(pid: number): { parent: number; microseconds: number; ended: number } {
  const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
  // The name in parentheses may hold spaces. Behind it the parent is the 2nd field, utime and stime are the 12th and 13th, and those
  // of children that have ended the two after these.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return {
    parent: Number(fields[1]),
    microseconds: (Number(fields[11]) + Number(fields[12])) * TICK_MICROSECONDS,
    ended: (Number(fields[13]) + Number(fields[14])) * TICK_MICROSECONDS,
  };
}
