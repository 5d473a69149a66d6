import {
  type Channel,
  PRACTICE_ACTIONS,
  PRACTICE_RESOURCES,
  PRACTICE_SECONDS,
  type PracticeAsk,
  type PracticeResult,
  type PracticeStatement,
  rightPracticeAnswer,
} from '@countersign/contract';
import type { PracticeControls } from './privacy-controls.js';
import { type TransitionTable, transition } from './transition-table.js';

/** How long approvers have to answer. Whole days, because quiet days may lie between. */
export const PRACTICE_DAYS = 7;
/** How long before the end approvers who have not answered get a reminder. */
export const PRACTICE_REMINDER_DAYS = 2;
const DAY_MS = 86_400_000;

/** Results after which an admin should look at how that person approves. */
export const FAILED_RESULTS: readonly PracticeResult[] = ['wrong', 'passkey-failed', 'unanswered'];

/** `worked`: the passkey signed. `failed`: the approver says that it does not work. `none`: they have no valid passkey. */
export type PracticePasskey = 'worked' | 'failed' | 'none';

/** The task of one approver: to compare two made-up requests. */
export type PracticeTask = Pick<PracticeStatement, 'expected' | 'asked'>;

/** One approver's part in a practice. */
export interface PracticeRequest {
  practice: string;
  /** `usr_…` */
  person: string;
  task: PracticeTask;
  /** Null until it is answered or the practice has ended. */
  result: PracticeResult | null;
  decision: PracticeStatement['decision'] | null;
  channel: Channel | null;
  passkey: PracticePasskey | null;
  /** When it was answered, or when the practice ended without an answer. */
  settledAt: string | null;
}

/** `open`: approvers answer. `closed`: every part has a result. */
export const PRACTICE_STATES = ['open', 'closed'] as const;
export type PracticeState = (typeof PRACTICE_STATES)[number];
export const PRACTICE_TRANSITIONS: TransitionTable<PracticeState> = { open: ['closed'], closed: [] };

/** A practice for all approvers of a tenant. Instants are whole seconds, UTC. */
export interface Practice {
  /** `prc_…` */
  id: string;
  tenant: string;
  /** `quarter:2027-01-01` or `day:2027-02-14`; a tenant practises once for each. */
  occasion: string;
  /** First days of earlier quarters in which no broker began one. */
  missed: string[];
  /** The admin who began it, or `job`. */
  openedBy: string;
  state: PracticeState;
  version: number;
  openedAt: string;
  dueAt: string;
  remindedAt: string | null;
  closedAt: string | null;
}

/** The occasion of a quarter's practice. @param quarter its first day */
export const quarterOccasion = (quarter: string): string => `quarter:${quarter}`;
/** The occasion of a practice that an admin begins: at most one a day. */
export const dayOccasion = (day: string): string => `day:${day}`;

/** A practice that begins now. */
export const openPractice = (
  of: Pick<Practice, 'id' | 'tenant' | 'occasion' | 'missed' | 'openedBy'>,
  now: Date,
): Practice => ({
  ...of,
  ...{ state: 'open', version: 1, openedAt: seconds(now), remindedAt: null, closedAt: null },
  dueAt: seconds(new Date(now.getTime() + PRACTICE_DAYS * DAY_MS)),
});

const seconds = (at: Date): string => `${at.toISOString().slice(0, 19)}Z`;

/** Whether an open practice has reached its end. */
export const isPracticeDue = ({ state, dueAt }: Practice, now: Date): boolean =>
  state === 'open' && Date.parse(dueAt) <= now.getTime();

/** Whether the reminder is to be sent now. It is sent once. */
export const isPracticeReminderDue = ({ state, dueAt, remindedAt }: Practice, now: Date): boolean =>
  state === 'open' &&
  remindedAt === null &&
  now.getTime() >= Date.parse(dueAt) - PRACTICE_REMINDER_DAYS * DAY_MS;

/** The practice once its reminder was sent. */
export const remindedPractice = (practice: Practice, at: string): Practice => ({
  ...practice,
  remindedAt: at,
  version: practice.version + 1,
});

/** The practice once it has ended. @throws Error if it is closed already */
export const closedPractice = (practice: Practice, at: string): Practice => ({
  ...practice,
  state: transition(PRACTICE_TRANSITIONS, practice.state, 'closed'),
  version: practice.version + 1,
  closedAt: at,
});

/** How many approvers have each result; `open`: none yet. */
export type PracticeCounts = Record<PracticeResult | 'open', number>;

/** Counts the results of a practice's parts. */
export function countResults(requests: readonly Pick<PracticeRequest, 'result'>[]): PracticeCounts {
  const counts: PracticeCounts = {
    open: 0,
    passed: 0,
    wrong: 0,
    'passkey-failed': 0,
    unanswered: 0,
    left: 0,
  };
  for (const { result } of requests) counts[result ?? 'open'] += 1;
  return counts;
}

/** The result of an answer. */
export function resultOf(
  task: PracticeTask,
  decision: PracticeStatement['decision'],
  passkey: PracticePasskey,
): PracticeResult {
  if (decision !== rightPracticeAnswer(task)) return 'wrong';
  return passkey === 'failed' ? 'passkey-failed' : 'passed';
}

/**
 * Draws the task of an approver. In about half of all cases the request is the expected one; otherwise it differs in one member.
 * No one can find the right answer without reading it.
 *
 * @param bytes eight random bytes
 */
export function drawTask(bytes: Uint8Array): PracticeTask {
  const pick = <T>(from: readonly T[], at: number): T => from[(bytes[at] ?? 0) % from.length] as T;
  const other = <T>(from: readonly T[], than: T, at: number): T =>
    pick(
      from.filter((each) => each !== than),
      at,
    );
  const expected: PracticeAsk = {
    action: pick(PRACTICE_ACTIONS, 0),
    resource: pick(PRACTICE_RESOURCES, 1),
    seconds: pick(PRACTICE_SECONDS, 2),
  };
  const { action, resource, seconds: time } = expected;
  const differs = pick(['nothing', 'action', 'nothing', 'resource', 'nothing', 'seconds'] as const, 3);
  if (differs === 'nothing') return { expected, asked: expected };
  const ask: PracticeAsk = {
    action: differs === 'action' ? other(PRACTICE_ACTIONS, action, 4) : action,
    resource: differs === 'resource' ? other(PRACTICE_RESOURCES, resource, 4) : resource,
    seconds: differs === 'seconds' ? other(PRACTICE_SECONDS, time, 4) : time,
  };
  return { expected, asked: ask };
}

/** Ranks the settings by how much they require of the approvers. A change to a lower rank is a widening, and waits like any other. */
export const practiceRank = (practice: PracticeControls | undefined): number =>
  practice === undefined ? 1 : practice.quarterly ? 2 : 0;
