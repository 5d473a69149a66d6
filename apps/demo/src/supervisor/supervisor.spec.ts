/** @alone */

import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onBusyMachine } from '../../../../test/support/deadline.js';
import { Supervisor } from './supervisor.js';

// The guard is plain JavaScript in a TypeScript file: the child can load its text as it stands.
const GUARD = new URL(
  `data:text/javascript,${encodeURIComponent(readFileSync(join(import.meta.dirname, 'guard.ts'), 'utf8'))}`,
);
const STOPS = "setInterval(() => {}, 1000); process.on('SIGTERM', () => process.exit(0)); console.log('up');";

describe('the supervisor', () => {
  let dataDir: string;
  let told: string[];
  let supervisor: Supervisor;

  beforeEach(() => {
    dataDir = mkdtempSync(join(tmpdir(), 'demo-supervisor-'));
    mkdirSync(join(dataDir, 'logs'));
    told = [];
    supervisor = new Supervisor((name) => `logs/${name}.log`);
  });
  afterEach(async () => {
    supervisor.killAll();
    await supervisor.stop();
    rmSync(dataDir, { recursive: true });
  });

  const start = (name: string, source: string) => {
    const program = join(dataDir, `${name}.mjs`);
    writeFileSync(program, source);
    const print = (line: string) => told.push(line);
    supervisor.start({ name, program, guard: GUARD, env: process.env, dataDir, print });
  };
  const never = () => new Promise<never>(() => {});

  test('reports which process ended and how, and then stops the others', async () => {
    start('steady', STOPS);
    start('fragile', "console.error('error[broken]: no luck'); process.exitCode = 3;");
    await expect(supervisor.whileAllRun(never())).rejects.toMatchObject({
      code: 'process_ended',
      message: 'the fragile ended with exit code 3; its log is logs/fragile.log',
    });
    await supervisor.stop();
    expect(told).toEqual(['fragile | error[broken]: no luck']);
    expect(readFileSync(join(dataDir, 'logs/fragile.log'), 'utf8')).toBe('error[broken]: no luck\n');
  });

  test('a process killed from outside is reported with its signal', async () => {
    start('victim', "process.kill(process.pid, 'SIGKILL');");
    await expect(supervisor.whileAllRun(never())).rejects.toThrow('the victim was ended by SIGKILL');
  });

  test('stopping ends a process that ignores SIGTERM, within 5 s', async () => {
    start('polite', STOPS);
    start(
      'deaf',
      'setInterval(() => {}, 1000); process.on(\'SIGTERM\', () => {}); console.log(\'{"level":40,"msg":"up"}\');',
    );
    await untilTold();
    const started = performance.now();
    await supervisor.stop();
    expect(performance.now() - started).toBeLessThan(onBusyMachine(5_000));
  });

  test('a child stops by itself when the supervisor is gone', async () => {
    const program = join(dataDir, 'orphan.mjs');
    writeFileSync(program, "setInterval(() => {}, 1000); process.send('up');");
    const child = fork(program, { execArgv: ['--import', GUARD.href] });
    await once(child, 'message');
    child.disconnect();
    expect(await once(child, 'exit')).toEqual([null, 'SIGTERM']);
  });

  test('stopping is not reported as a fault', async () => {
    start('polite', STOPS);
    const outcome = supervisor.whileAllRun(Promise.resolve('done'));
    await supervisor.stop();
    await expect(outcome).resolves.toBe('done');
    await expect(supervisor.whileAllRun(Promise.resolve('still')).then(String)).resolves.toBe('still');
  });

  async function untilTold(): Promise<void> {
    while (told.length === 0) await new Promise((resolve) => setImmediate(resolve));
  }
});
