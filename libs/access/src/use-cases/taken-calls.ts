import type { Opening } from '@countersign/scope';
import { AccessError } from '../errors.js';
import type { LeaseUse } from '../ports/leases.js';
import type { AccessRecordView, NamedOpening, RecordOutcome } from '../ports/repositories.js';
import type { TenantUnit } from '../ports/store.js';

/**
 * The calls that a batch of records tells of, gathered and then written in a few statements, whatever their
 * number. A call that begins and ends in one batch is written once, with its outcome.
 */
export class TakenCalls {
  private readonly made = new Map<string, AccessRecordView>();
  private readonly ended: RecordOutcome[] = [];
  private readonly openings: NamedOpening[] = [];
  /** What each grant has used by these calls. */
  readonly use = new Map<string, LeaseUse>();
  private readonly refused = new Map<string, number>();

  private constructor(
    private readonly of: { gateway: string; boot: string },
    private readonly before: ReadonlyMap<string, AccessRecordView>,
  ) {}

  /**
   * @param of whose batch it is
   * @param endedBefore ids of calls that end in this batch and began in an earlier one
   */
  static async begin(
    unit: TenantUnit,
    of: { gateway: string; boot: string },
    endedBefore: readonly string[],
  ): Promise<TakenCalls> {
    const known = endedBefore.length === 0 ? [] : await unit.records.allowed(endedBefore);
    return new TakenCalls(of, new Map(known.map((record) => [record.id, record])));
  }

  make(view: AccessRecordView, path: { commitment: string; opening: Opening | null } | null): void {
    if (this.made.has(view.id))
      throw new AccessError('invalid_request', `The record ${view.id} comes twice.`);
    this.made.set(view.id, { ...view });
    if (path?.opening != null)
      this.openings.push({ commitment: path.commitment, name: 'path', opening: path.opening });
    if (view.decision === 'allowed') this.count(view.grant, { calls: 1 });
    else this.refused.set(view.grant, (this.refused.get(view.grant) ?? 0) + view.count);
  }

  /**
   * False for a call of another gateway or boot, and for one that has ended: how it ended is told once, by the run that
   * let it through. A call that is not known may have been lost in a gap.
   */
  mayEnd(id: string): boolean {
    const call = this.callOf(id);
    if (call === null) return true;
    return call.outcome === null && call.gateway === this.of.gateway && call.boot === this.of.boot;
  }

  /** @returns the call that ended; null where no such allowed record is known */
  end(outcome: RecordOutcome): AccessRecordView | null {
    const call = this.callOf(outcome.id);
    if (call === null || call.decision !== 'allowed') return null;
    if (!this.made.has(call.id)) this.ended.push(outcome);
    Object.assign(call, outcome);
    const lost = outcome.outcome === 'unknown' ? 1 : 0;
    this.count(call.grant, { bytes: outcome.bytes ?? 0, ended: 1, lost });
    return call;
  }

  private callOf(id: string): AccessRecordView | null {
    return this.made.get(id) ?? this.before.get(id) ?? null;
  }

  async store(unit: TenantUnit): Promise<void> {
    await unit.records.insert([...this.made.values()]);
    await unit.records.complete(this.ended);
    await unit.openings.save(this.openings);
    const grants = [...new Set([...this.use.keys(), ...this.refused.keys()])];
    await unit.grants.addUse(
      grants.map((grant) => ({
        grant,
        calls: this.use.get(grant)?.calls ?? 0,
        bytes: this.use.get(grant)?.bytes ?? 0,
        refused: this.refused.get(grant) ?? 0,
      })),
    );
  }

  /** Of each grant that calls were made or refused under, how many. */
  brought(): Map<string, { calls: number; refused: number }> {
    const brought = new Map<string, { calls: number; refused: number }>();
    for (const [grant, { calls }] of this.use) if (calls > 0) brought.set(grant, { calls, refused: 0 });
    for (const [grant, refused] of this.refused)
      brought.set(grant, { calls: brought.get(grant)?.calls ?? 0, refused });
    return brought;
  }

  private count(grant: string, more: Partial<LeaseUse>): void {
    const sum = this.use.get(grant) ?? { calls: 0, bytes: 0, ended: 0, lost: 0 };
    const { calls = 0, bytes = 0, ended = 0, lost = 0 } = more;
    this.use.set(grant, {
      calls: sum.calls + calls,
      bytes: sum.bytes + bytes,
      ended: sum.ended + ended,
      lost: sum.lost + lost,
    });
  }
}
