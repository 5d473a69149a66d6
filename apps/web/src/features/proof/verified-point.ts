import type { VerifiedPoint } from '@countersign/audit-log';

/** How far this browser has verified a log, and with which key. */
export interface KeptPoint {
  /** The key that is trusted. A later key counts only if this one handed over to it. */
  vkey: string;
  /** Where the key came from: the customer's anchor file, or the broker itself. */
  keyFrom: 'anchor' | 'broker';
  point: VerifiedPoint;
  /** When, RFC 3339. */
  at: string;
}

const keyOf = (log: string): string => `countersign-verified-log:${log}`;

/** What was kept: undefined if there is nothing, `damaged` if it is not what this page writes. */
export function readKept(log: string): KeptPoint | 'damaged' | undefined {
  let text: string | null;
  try {
    text = localStorage.getItem(keyOf(log));
  } catch {
    // The browser forbids storage: each run verifies the whole log.
    return undefined;
  }
  return text === null ? undefined : parseKept(text);
}

/** Parses strictly. The verifier checks that range and root belong together. */
export function parseKept(text: string): KeptPoint | 'damaged' {
  try {
    const { vkey, keyFrom, point, at } = JSON.parse(text) as KeptPoint;
    const isPoint =
      [point.origin, point.root, ...point.range, ...(point.keys ?? [])].every(
        (each) => typeof each === 'string',
      ) &&
      Number.isSafeInteger(point.size) &&
      point.size >= 0;
    const isKept =
      typeof vkey === 'string' &&
      (keyFrom === 'anchor' || keyFrom === 'broker') &&
      !Number.isNaN(Date.parse(at));
    return isPoint && isKept ? { vkey, keyFrom, point, at } : 'damaged';
  } catch {
    return 'damaged';
  }
}

/** @returns false if the browser forbids storage */
export function keepPoint(log: string, point: KeptPoint): boolean {
  try {
    localStorage.setItem(keyOf(log), JSON.stringify(point));
    return true;
  } catch {
    return false;
  }
}

export function forgetPoint(log: string): void {
  try {
    localStorage.removeItem(keyOf(log));
  } catch {
    // The browser forbids storage: nothing was kept.
  }
}
