import type { AccessRecord, Grant } from '@countersign/api';

/** All calls with the same action on the same resource. */
interface CallSummary {
  action: string;
  resource: string;
  calls: number;
  first: string;
  last: string;
}

/** Allowed calls by action and resource, the most frequent first. */
export function summariseCalls(records: readonly AccessRecord[]): CallSummary[] {
  const deeds = new Map<string, CallSummary>();
  for (const { decision, action, resource, at, count } of records) {
    if (decision !== 'allowed' || action === null || resource === null) continue;
    const key = `${action} ${resource}`;
    const deed = deeds.get(key) ?? { action, resource, calls: 0, first: at, last: at };
    deed.calls += count;
    if (Date.parse(at) < Date.parse(deed.first)) deed.first = at;
    if (Date.parse(at) > Date.parse(deed.last)) deed.last = at;
    deeds.set(key, deed);
  }
  return [...deeds.values()].sort((one, other) => other.calls - one.calls);
}

/** The number of calls with this decision. A record that stands for several calls counts as several. */
export const countCalls = (records: readonly AccessRecord[], decision: AccessRecord['decision']): number =>
  records.filter((record) => record.decision === decision).reduce((sum, { count }) => sum + count, 0);

/** The refused calls, oldest first. */
export const refusedCalls = (records: readonly AccessRecord[]): AccessRecord[] =>
  records
    .filter(({ decision }) => decision === 'refused')
    .sort((one, other) => Date.parse(one.at) - Date.parse(other.at));

/** Whether access ended before the time at which it was to begin. Times are whole seconds: access that ended in the second of its start had begun. */
export const endedBeforeStart = ({ startsAt, endedAt }: Pick<Grant, 'startsAt' | 'endedAt'>): boolean =>
  startsAt !== null && endedAt !== null && Date.parse(endedAt) < Date.parse(startsAt);
