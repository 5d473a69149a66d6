import type { ChildProcess } from 'node:child_process';
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
