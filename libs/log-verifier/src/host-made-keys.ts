import type { Warnings } from './faults.js';
import type { LeafOf } from './leaf-data.js';

export type HostMadeKeysState = Map<string, { person: string; until: number }>;

/**
 * API keys that the vendor's host made for people of the tenant. Whoever made a key may still have it, so an approval by the API while
 * such a key is valid may be the vendor's own. The leaf of an approval does not say which key it was.
 */
export class HostMadeKeys {
  constructor(
    private readonly warnings: Warnings,
    readonly state: HostMadeKeysState = new Map(),
  ) {}

  /** Takes the next leaf. */
  take(data: LeafOf): void {
    if (data.type === 'api-key.created' && data.leaf.actor === 'host')
      this.state.set(data.members.key, {
        person: data.members.person,
        until: Date.parse(data.members.expiresAt),
      });
    else if (data.type === 'api-key.revoked') this.state.delete(data.members.key);
    else if (data.type === 'request.reviewed') this.takeReview(data);
  }

  private takeReview(data: LeafOf<'request.reviewed'>): void {
    const { decision, channel, countersignature } = data.members;
    if (decision !== 'approve' || channel !== 'api' || countersignature !== null) return;
    const key = [...this.state.values()].find(
      ({ person, until }) => person === data.leaf.actor && until > data.at,
    );
    if (key === undefined) return;
    this.warnings.add(
      'host_made_key',
      `${key.person} approved by the API while a key was valid that the vendor’s host had made for this person: the host may have approved.`,
      data.index,
    );
  }
}
