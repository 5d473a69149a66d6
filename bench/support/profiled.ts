import { writeFileSync } from 'node:fs';
import { type Profiler, Session } from 'node:inspector';

/**
 * Loaded before a measured program. Takes a profile of its main thread from the signal SIGUSR2 until the program ends, and
 * writes it to the file that BENCH_PROFILE_FILE names.
 */
process.once('SIGUSR2', () => {
  const session = new Session();
  session.connect();
  session.post('Profiler.enable');
  session.post('Profiler.setSamplingInterval', { interval: 250 });
  session.post('Profiler.start');
  process.on('exit', () =>
    session.post('Profiler.stop', (_error: Error | null, { profile }: Profiler.StopReturnType) =>
      writeFileSync(process.env.BENCH_PROFILE_FILE ?? 'gateway.cpuprofile', JSON.stringify(profile)),
    ),
  );
});
