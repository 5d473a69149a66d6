import type { LiveGrant } from '../state/grants.js';

type Used = { calls: number; bytes: number; endsAt: number };

/**
 * What grants with a budget have used at this gateway, in this run. Calls count when they are let through, bytes of
 * response body as they are sent.
 */
export class Budgets {
  private readonly used = new Map<string, Used>();

  /** Whether one more call fits. Grants without a budget always do. */
  hasLeft(digest: string, grant: LiveGrant | undefined): boolean {
    const budget = grant?.budget;
    if (budget === null || budget === undefined) return grant !== undefined;
    const { calls, bytes } = this.used.get(digest) ?? { calls: 0, bytes: 0 };
    return (
      calls < (budget.calls ?? Number.POSITIVE_INFINITY) && bytes < (budget.bytes ?? Number.POSITIVE_INFINITY)
    );
  }

  /** Counts a call that is let through. */
  takeCall(digest: string, grant: LiveGrant): void {
    if (grant.budget !== null) this.of(digest, grant).calls += 1;
  }

  /** Takes back a call that was counted and then not made. */
  returnCall(digest: string, grant: LiveGrant): void {
    if (grant.budget !== null) this.of(digest, grant).calls -= 1;
  }

  /** How many of these bytes may still be sent; counts them. */
  takeBytes(digest: string, grant: LiveGrant, bytes: number): number {
    if (grant.budget === null) return bytes;
    const used = this.of(digest, grant);
    const left = (grant.budget.bytes ?? Number.POSITIVE_INFINITY) - used.bytes;
    const taken = Math.max(0, Math.min(bytes, left));
    used.bytes += taken;
    return taken;
  }

  /** Forgets grants whose window is over. */
  forgetEnded(now: number): void {
    for (const [digest, { endsAt }] of this.used) if (now >= endsAt) this.used.delete(digest);
  }

  private of(digest: string, grant: LiveGrant): Used {
    const used = this.used.get(digest) ?? { calls: 0, bytes: 0, endsAt: grant.endsAt };
    this.used.set(digest, used);
    return used;
  }
}
