import { canonicalJson, type Hashing, sha256Digest } from '@countersign/contract';
import { fault } from './faults.js';

/** State of plain values, maps and sets as text, so that a later run goes on from it. */
export function writeSnapshot(state: unknown): string {
  return JSON.stringify(state, (_name, value: unknown) => {
    if (value instanceof Map) return { $map: [...value] };
    return value instanceof Set ? { $set: [...value] } : value;
  });
}

/** @throws LogFault `invalid_state` */
export function readSnapshot(text: string): unknown {
  try {
    return JSON.parse(text, (_name, value: unknown) => {
      if (typeof value !== 'object' || value === null) return value;
      if ('$map' in value) return new Map(value.$map as [unknown, unknown][]);
      return '$set' in value ? new Set(value.$set as unknown[]) : value;
    });
  } catch {
    throw damaged();
  }
}

/** A fingerprint by which a damaged state is noticed. It does not protect against someone who changes the state. */
export const snapshotDigest = (hashing: Hashing, parts: readonly unknown[]): string =>
  sha256Digest(hashing, canonicalJson(parts));

export const damaged = () =>
  fault('invalid_state', 'The state file is damaged. Verify the whole log again without it.');
