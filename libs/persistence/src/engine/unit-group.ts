import { setImmediate as turn } from 'node:timers/promises';
import type { EntityManager } from 'typeorm';
import type { RowAccess } from '../repositories/bound.js';
import type { TransactionEnd } from '../units/transaction-end.js';
import type { QueuedUnit } from './unit-queues.js';

/** A writing unit: it writes at once what it reads back, and hands over to `end` what is written last. */
export type WriteWork = (manager: EntityManager, end: TransactionEnd) => Promise<unknown>;

/** A transaction that is open for units, one after the other. */
export interface GroupTransaction {
  readonly end: TransactionEnd;
  /** Begins a unit: what it does can be undone alone. Throws if the unit before it cannot be part of a commit. */
  unit(work: WriteWork): Promise<unknown>;
  /** Undoes the unit that was begun last. Throws if the whole transaction is lost. */
  undoUnit(): Promise<void>;
  /** Writes what the units have left for the end, and commits. */
  commit(): Promise<void>;
  /** Never throws. `error` is why. */
  rollback(error: unknown): Promise<void>;
}

/** Most units of one commit: PostgreSQL keeps 64 subtransactions of a transaction at hand, beyond that it has to look them up. */
const MOST_UNITS = 32;
/** How long a commit may wait for further units, which then are slow. Other processes wait meanwhile. */
const LONGEST_MS = 200;
/** Units that together take no longer follow each other at once. */
const SLICE_MS = 4;

/** What a writing unit does, and whose rows it may touch. */
export interface WriteTask {
  reach: RowAccess;
  work: WriteWork;
}

type WriteUnit = QueuedUnit<WriteTask>;

type Outcome = { unit: WriteUnit } & ({ result: unknown } | { error: unknown });

export interface GroupRules {
  /** Opens a transaction for units of this reach. */
  open(reach: RowAccess): Promise<GroupTransaction>;
  /**
   * Runs one unit in a transaction of its own, again and again if the engine asks for it. Rejects with what the caller gets.
   *
   * @param attempts how many there were before
   */
  alone(task: WriteTask, attempts: number): Promise<unknown>;
  /** Whether the engine gave the unit up for another one, so that it may succeed right after. */
  isAgain(error: unknown): boolean;
  /** Whether it is unknown what the database did: then nothing is tried again. */
  isUnknown(error: unknown): boolean;
  /** An error as it leaves the store. */
  refused(error: unknown): unknown;
}

/**
 * Runs units one after the other in one transaction, and answers each once that is committed: also those that failed, since
 * what they saw may not last otherwise. A unit that fails is undone alone. If the transaction itself fails, nothing of it is
 * left, and each unit runs again in a transaction of its own. So each unit ends as if it had had its own from the start, and
 * many share the wait for the disk.
 */
export async function runGroup(
  first: WriteUnit,
  next: () => WriteUnit | undefined,
  rules: GroupRules,
): Promise<void> {
  const outcomes: Outcome[] = [];
  const began = performance.now();
  let transaction: GroupTransaction | undefined;
  try {
    transaction = await rules.open(first.task.reach);
    for (let unit: typeof first | undefined = first; unit !== undefined; ) {
      outcomes.push(await outcomeOf(transaction, unit, rules));
      const isFull = outcomes.length === MOST_UNITS || performance.now() - began > LONGEST_MS;
      unit = isFull || first.isAlone ? undefined : await following(next, began);
    }
    if (outcomes.some((outcome) => 'result' in outcome)) await transaction.commit();
    else await transaction.rollback(undefined);
  } catch (error) {
    const reason = error instanceof GroupLost ? error.cause : error;
    await transaction?.rollback(reason);
    const units = outcomes.map(({ unit }) => unit);
    if (error instanceof GroupLost) units.push(error.unit);
    return afterLoss(units.length === 0 ? [first] : units, reason, rules);
  }
  for (const outcome of outcomes) await settle(outcome, rules);
}

/** The next unit; the event loop turns first if none waits, or others have waited for the loop. */
async function following(next: () => WriteUnit | undefined, began: number): Promise<WriteUnit | undefined> {
  const waiting = next();
  if (waiting !== undefined && performance.now() - began < SLICE_MS) return waiting;
  await turn();
  return waiting ?? next();
}

async function outcomeOf(
  transaction: GroupTransaction,
  unit: WriteUnit,
  rules: GroupRules,
): Promise<Outcome> {
  const undo = transaction.end.mark();
  try {
    return { unit, result: await transaction.unit(unit.task.work) };
  } catch (error) {
    undo();
    if (rules.isUnknown(error)) throw new GroupLost(unit, error);
    try {
      await transaction.undoUnit();
    } catch {
      throw new GroupLost(unit, error);
    }
    return { unit, error };
  }
}

/** The transaction cannot go on after this unit's failure. */
class GroupLost extends Error {
  constructor(
    readonly unit: WriteUnit,
    override readonly cause: unknown,
  ) {
    super('The transaction is lost.');
  }
}

async function settle(outcome: Outcome, rules: GroupRules): Promise<void> {
  if ('result' in outcome) outcome.unit.succeed(outcome.result);
  else if (rules.isAgain(outcome.error)) await runAlone(outcome.unit, rules, 1);
  else outcome.unit.fail(rules.refused(outcome.error));
}

async function afterLoss(units: readonly WriteUnit[], reason: unknown, rules: GroupRules): Promise<void> {
  const isFinal = units.length === 1 && !rules.isAgain(reason);
  for (const unit of units)
    if (isFinal || rules.isUnknown(reason)) unit.fail(rules.refused(reason));
    else await runAlone(unit, rules, rules.isAgain(reason) ? 1 : 0);
}

async function runAlone(unit: WriteUnit, rules: GroupRules, attempts: number): Promise<void> {
  try {
    unit.succeed(await rules.alone(unit.task, attempts));
  } catch (error) {
    unit.fail(error);
  }
}

/** Runs one unit in a transaction of its own. */
export async function aloneIn(open: () => Promise<GroupTransaction>, work: WriteWork): Promise<unknown> {
  const transaction = await open();
  try {
    const result = await transaction.unit(work);
    await transaction.commit();
    return result;
  } catch (error) {
    await transaction.rollback(error);
    throw error;
  }
}
