import type { Opening } from '@countersign/scope';
import { AccessError } from '../errors.js';
import type { AccessRecordView, GrantUse, NamedOpening, RecordOutcome } from '../ports/repositories.js';
import type { TenantUnit } from '../ports/store.js';

/**
 * The calls that a batch of records tells of, gathered and then written in a few statements, whatever their
 * number. A call that begins and ends in one batch is written once, with its outcome.
 */
export class TakenCalls {
  private readonly made = new Map<string, AccessRecordView>();
  private readonly ended: RecordOutcome[] = [];
  private readonly openings: NamedOpening[] = [];
  private readonly use = new Map<string, GrantUse>();

  private constructor(private readonly before: ReadonlyMap<string, AccessRecordView>) {}

  /** @param endedBefore ids of calls that end in this batch and began in an earlier one */
  static async begin(unit: TenantUnit, endedBefore: readonly string[]): Promise<TakenCalls> {
    const known = endedBefore.length === 0 ? [] : await unit.records.allowed(endedBefore);
    return new TakenCalls(new Map(known.map((record) => [record.id, record])));
  }

  make(view: AccessRecordView, path: { commitment: string; opening: Opening | null } | null): void {
    if (this.made.has(view.id))
      throw new AccessError('invalid_request', `The record ${view.id} comes twice.`);
    this.made.set(view.id, { ...view });
    if (path?.opening != null)
      this.openings.push({ commitment: path.commitment, name: 'path', opening: path.opening });
    if (view.decision === 'allowed') this.count(view.grant, 1, 0);
  }

  /** @returns the call that ended; null where no such allowed record is known */
  end(outcome: RecordOutcome): AccessRecordView | null {
    const here = this.made.get(outcome.id);
    const call = here ?? this.before.get(outcome.id) ?? null;
    if (call === null || call.decision !== 'allowed') return null;
    if (here === undefined) this.ended.push(outcome);
    else Object.assign(here, outcome);
    this.count(call.grant, 0, outcome.bytes ?? 0);
    return call;
  }

  async store(unit: TenantUnit): Promise<void> {
    await unit.records.insert([...this.made.values()]);
    await unit.records.complete(this.ended);
    await unit.openings.save(this.openings);
    await unit.grants.addUse([...this.use.values()]);
  }

  private count(grant: string, calls: number, bytes: number): void {
    const sum = this.use.get(grant) ?? { grant, calls: 0, bytes: 0 };
    this.use.set(grant, { grant, calls: sum.calls + calls, bytes: sum.bytes + bytes });
  }
}
