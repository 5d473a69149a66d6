import { canonicalJson, type Hashing, sha256Digest } from '@countersign/contract';
import { fault } from './faults.js';

/** State of plain values, maps and sets as text, so that a later run goes on from it. */
export function writeSnapshot(state: unknown): string {
  return JSON.stringify(state, (_name, value: unknown) => {
    if (value instanceof Map) return { $map: [...value] };
    if (value instanceof Set) return { $set: [...value] };
    // What leaves say is kept as it is, also if a member of it is named like one of these.
    return isMarked(value) ? { $record: Object.entries(value) } : value;
  });
}

const MARKS = ['$map', '$set', '$record'];

const isMarked = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && MARKS.some((mark) => Object.hasOwn(value, mark));

/** @throws LogFault `invalid_state` */
export function readSnapshot(text: string): unknown {
  try {
    return JSON.parse(text, (_name, value: unknown) => {
      if (typeof value !== 'object' || value === null) return value;
      if ('$record' in value) return Object.fromEntries(value.$record as [string, unknown][]);
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
