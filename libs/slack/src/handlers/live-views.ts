import type { ModalView } from '@slack/types';
import type { WebClient } from '@slack/web-api';

const MOST = 1_000;

/**
 * Forms that are written anew while somebody fills them in. Of what is looked up for one form only the newest counts;
 * an edition that Slack has meanwhile replaced is not written over.
 */
export class LiveViews {
  private readonly newest = new Map<string, number>();
  private readonly hashes = new Map<string, string>();
  private count = 0;

  /** Looks up what the form shows now, and shows it unless something newer was asked for since. */
  async show(
    client: WebClient,
    { id, hash }: { id: string; hash: string },
    make: () => Promise<ModalView>,
  ): Promise<void> {
    this.count += 1;
    const turn = this.count;
    this.remember(this.newest, id, turn);
    const view = await make();
    if (this.newest.get(id) !== turn) return;
    try {
      const shown = await client.views.update({ view_id: id, hash: this.hashes.get(id) ?? hash, view });
      if (shown.view?.hash !== undefined) this.remember(this.hashes, id, shown.view.hash);
    } catch (error) {
      // Closed, sent, or shown anew by another broker: what we had to say is old.
      if (!isStale(error)) throw error;
      this.hashes.delete(id);
    }
  }

  private remember<T>(map: Map<string, T>, id: string, value: T): void {
    map.delete(id);
    map.set(id, value);
    const [oldest] = map.keys();
    if (map.size > MOST && oldest !== undefined) map.delete(oldest);
  }
}

const STALE: ReadonlySet<string> = new Set(['hash_conflict', 'not_found', 'view_not_found']);

function isStale(error: unknown): boolean {
  if (!(error instanceof Error) || !('data' in error)) return false;
  const { data } = error;
  return typeof data === 'object' && data !== null && 'error' in data && STALE.has(String(data.error));
}
