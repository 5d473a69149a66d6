import { readFileSync, writeFileSync } from 'node:fs';

/** Memory of a process that is in use now, in bytes. Linux only. */
export const residentBytes = (pid: number): number => statusOf(pid, 'VmRSS');

/** The most that it was since `resetPeak`. */
export const peakResidentBytes = (pid: number): number => statusOf(pid, 'VmHWM');

export function resetPeak(pid: number): void {
  writeFileSync(`/proc/${pid}/clear_refs`, '5');
}

function statusOf(pid: number, field: string): number {
  const status = readFileSync(`/proc/${pid}/status`, 'latin1');
  return Number(new RegExp(`^${field}:\\s+(\\d+) kB$`, 'm').exec(status)?.[1]) * 1024;
}

export const megabytes = (bytes: number): string => `${(bytes / 1e6).toFixed(0)} MB`;
export const kilobytes = (bytes: number): string => `${(bytes / 1e3).toFixed(1)} kB`;
