/**
 * Remembers which records were used, until their contexts have expired. A context is a bearer token for half a minute: who
 * sees one on the way to the upstream could send it again.
 *
 * It is one process's memory. Several processes that share a port share no memory: give them a common one
 * (`remember` of `countersignContext`).
 */
export class ReplayMemory {
  /** Ends of lives in milliseconds since the epoch, in the order of their use, which is nearly that of their ends. */
  private readonly used = new Map<string, number>();

  constructor(private readonly limit: number) {}

  /**
   * Notes that a context was used. `seen`: it was used before. `full`: there is no room, and nothing was noted; contexts
   * that are still alive are never forgotten to make room.
   */
  take(id: string, expiresAt: number, now: number): 'new' | 'seen' | 'full' {
    for (const [old, end] of this.used) {
      if (end > now) break;
      this.used.delete(old);
    }
    if (this.used.has(id)) return 'seen';
    if (this.used.size >= this.limit) return 'full';
    this.used.set(id, expiresAt);
    return 'new';
  }
}
