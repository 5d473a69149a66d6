import { writeSync } from 'node:fs';

/**
 * Loaded before a measured program: at its end it writes the most memory that it had (kilobytes) and its processor time
 * (microseconds) to descriptor 3.
 */
process.on('exit', () => {
  const { maxRSS, userCPUTime, systemCPUTime } = process.resourceUsage();
  writeSync(3, JSON.stringify({ memory: maxRSS, cpu: userCPUTime + systemCPUTime }));
});
