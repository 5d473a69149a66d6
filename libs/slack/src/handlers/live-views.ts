import type { ModalView } from '@slack/types';
import type { WebClient } from '@slack/web-api';

const MAX_FORMS = 1_000;

/**
 * Forms that we update while someone fills them in. If several updates of one form overlap, only the newest is shown.
 * Slack's view hash protects a version that another broker has shown meanwhile.
 */
export class LiveForms {
  private readonly newest = new Map<string, number>();
  private readonly hashes = new Map<string, string>();
  private count = 0;

  /** Makes the view and shows it, unless a newer update of this form has started since. */
  async show(
    client: WebClient,
    { id, hash }: { id: string; hash: string },
    make: () => Promise<ModalView>,
  ): Promise<void> {
    this.count += 1;
    const update = this.count;
    this.remember(this.newest, id, update);
    const view = await make();
    if (this.newest.get(id) !== update) return;
    try {
      const answer = await client.views.update({ view_id: id, hash: this.hashes.get(id) ?? hash, view });
      if (answer.view?.hash !== undefined) this.remember(this.hashes, id, answer.view.hash);
    } catch (error) {
      // The form was closed or submitted, or another broker has updated it: our update is outdated.
      if (!isStale(error)) throw error;
      this.hashes.delete(id);
    }
  }

  private remember<T>(map: Map<string, T>, id: string, value: T): void {
    map.delete(id);
    map.set(id, value);
    const [oldest] = map.keys();
    if (map.size > MAX_FORMS && oldest !== undefined) map.delete(oldest);
  }
}

const STALE_CODES: ReadonlySet<string> = new Set(['hash_conflict', 'not_found', 'view_not_found']);

function isStale(error: unknown): boolean {
  if (!(error instanceof Error) || !('data' in error)) return false;
  const { data } = error;
  return typeof data === 'object' && data !== null && 'error' in data && STALE_CODES.has(String(data.error));
}
