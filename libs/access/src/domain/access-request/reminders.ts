import { toInstant } from '@countersign/contract';
import type { AccessRequest } from './access-request.js';

/** What is told of a request that nobody has decided, and after which part of its life; no more than these. */
const REMINDERS = [
  { kind: 'request.reminder', share: 1 / 2 },
  { kind: 'request.escalated', share: 3 / 4 },
] as const;

export type ReminderKind = (typeof REMINDERS)[number]['kind'];

/** The next one, and when; null once all are out, and where nobody's decision is waited for. */
export function nextReminder(request: AccessRequest): { kind: ReminderKind; at: string } | null {
  if (request.state !== 'awaiting_vendor' && request.state !== 'awaiting_customer') return null;
  const next = REMINDERS[request.reminders];
  if (next === undefined) return null;
  const [from, to] = [Date.parse(request.createdAt), Date.parse(request.lapsesAt)];
  return { kind: next.kind, at: toInstant(new Date(from + (to - from) * next.share)) };
}

/** The next instant at which somebody has to be reminded; null where nobody need be. */
export const remindAt = (request: AccessRequest): string | null => nextReminder(request)?.at ?? null;

/**
 * The request as it stands once all that is due has been told, with the last of that; null where nothing is. What was
 * missed before is not told late, beside what came after it.
 */
export function reminded(
  request: AccessRequest,
  now: Date,
): { request: AccessRequest; kind: ReminderKind } | null {
  let after = request;
  let kind: ReminderKind | null = null;
  for (;;) {
    const next = nextReminder(after);
    if (next === null || now.getTime() < Date.parse(next.at)) break;
    after = { ...after, reminders: after.reminders + 1 };
    kind = next.kind;
  }
  return kind === null ? null : { request: { ...after, version: request.version + 1 }, kind };
}
