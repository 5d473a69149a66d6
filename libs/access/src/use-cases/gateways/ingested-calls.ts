import type { AccessRecordView, Opening } from '@countersign/contract';
import { AccessError } from '../../errors.js';
import type { ChainName, LeaseUse, NamedOpening, RecordOutcome, TenantUnit } from '../../ports/index.js';

/**
 * Collects the calls of a set of records and writes them in a fixed number of statements. A call that begins and ends in
 * the same set is written once, with its outcome.
 */
export class IngestedCalls {
  private readonly calls = new Map<string, AccessRecordView>();
  /** Records that were not taken as calls. */
  private readonly rejected = new Set<string>();
  private readonly ended: RecordOutcome[] = [];
  private readonly openings: NamedOpening[] = [];
  /** What these calls have used of each grant, for each boot of a gateway. */
  private readonly uses = new Map<string, LeaseUse>();
  private readonly refused = new Map<string, number>();

  private constructor(private readonly before: ReadonlyMap<string, AccessRecordView>) {}

  /** @param endedBefore ids of calls that end in these batches and began in an earlier one */
  static async begin(unit: TenantUnit, endedBefore: readonly string[]): Promise<IngestedCalls> {
    const known = endedBefore.length === 0 ? [] : await unit.records.allowed(endedBefore);
    return new IngestedCalls(new Map(known.map((record) => [record.id, record])));
  }

  make(view: AccessRecordView, path: { commitment: string; opening: Opening | null } | null): void {
    if (this.calls.has(view.id))
      throw new AccessError('invalid_request', `The record ${view.id} occurs twice.`);
    this.calls.set(view.id, { ...view });
    if (path?.opening != null)
      this.openings.push({ commitment: path.commitment, name: 'path', opening: path.opening });
    // A record that is the whole call has its outcome already, which no gateway knows.
    const whole = view.outcome === null ? 0 : 1;
    if (view.decision === 'allowed') this.count(view, { calls: 1, ended: whole, lost: whole });
    else this.refused.set(view.grant, (this.refused.get(view.grant) ?? 0) + view.count);
  }

  /** The allowed calls that began in these records, in their order. */
  get allowed(): AccessRecordView[] {
    return [...this.calls.values()].filter(({ decision }) => decision === 'allowed');
  }

  /** The record is no call, so it has no outcome either. */
  reject(id: string): void {
    this.rejected.add(id);
  }

  /**
   * True if this boot may report the call's outcome: the boot allowed the call, and the call has no outcome yet. An unknown
   * call may have been lost in a gap, so its outcome is accepted.
   */
  mayEnd(id: string, by: ChainName): boolean {
    if (this.rejected.has(id)) return false;
    const call = this.callOf(id);
    if (call === null) return true;
    return call.outcome === null && call.gateway === by.gateway && call.boot === by.boot;
  }

  /** @returns the call that ended; null if no such allowed record is known */
  end(outcome: RecordOutcome): AccessRecordView | null {
    const call = this.callOf(outcome.id);
    if (call === null || call.decision !== 'allowed') return null;
    if (!this.calls.has(call.id)) this.ended.push(outcome);
    Object.assign(call, outcome);
    const lost = outcome.outcome === 'unknown' ? 1 : 0;
    this.count(call, { bytes: outcome.bytes ?? 0, ended: 1, lost });
    return call;
  }

  private callOf(id: string): AccessRecordView | null {
    return this.calls.get(id) ?? this.before.get(id) ?? null;
  }

  async store(unit: TenantUnit): Promise<void> {
    await unit.records.insert([...this.calls.values()]);
    await unit.records.complete(this.ended);
    await unit.openings.save(this.openings);
    const added = [...this.addedByGrant()];
    await unit.grants.addUse(
      added.map(([grant, { calls, bytes, refused }]) => ({ grant, calls, bytes, refused })),
    );
  }

  leaseUses(): LeaseUse[] {
    return [...this.uses.values()];
  }

  /** For each grant: the new allowed and refused calls, and the bytes of their responses. */
  addedByGrant(): Map<string, { calls: number; bytes: number; refused: number }> {
    const added = new Map<string, { calls: number; bytes: number; refused: number }>();
    const add = (grant: string, more: { calls: number; bytes: number; refused: number }) => {
      const { calls, bytes, refused } = added.get(grant) ?? { calls: 0, bytes: 0, refused: 0 };
      added.set(grant, {
        calls: calls + more.calls,
        bytes: bytes + more.bytes,
        refused: refused + more.refused,
      });
    };
    for (const { grant, calls, bytes } of this.uses.values()) add(grant, { calls, bytes, refused: 0 });
    for (const [grant, refused] of this.refused) add(grant, { calls: 0, bytes: 0, refused });
    return added;
  }

  private count(
    { grant, gateway, boot }: AccessRecordView,
    { calls = 0, bytes = 0, ended = 0, lost = 0 }: Partial<LeaseUse>,
  ): void {
    const key = `${grant} ${gateway} ${boot}`;
    const sum = this.uses.get(key) ?? { grant, gateway, boot, calls: 0, bytes: 0, ended: 0, lost: 0 };
    sum.calls += calls;
    sum.bytes += bytes;
    sum.ended += ended;
    sum.lost += lost;
    this.uses.set(key, sum);
  }
}
