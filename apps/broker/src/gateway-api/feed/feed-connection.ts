import type { KeyObject } from 'node:crypto';
import {
  type FeedEvent,
  type FeedPlace,
  formatFeedEvent,
  type SnapshotData,
} from '@countersign/gateway-protocol';
import type { SseConnection } from '../../http/sse-connection.js';
import type { BuiltChange, MarkedPlace } from './feed-reader.js';

/** One gateway's open feed. It remembers the last place it sent, and signs every event for this one gateway. */
export class FeedConnection {
  private place: FeedPlace = { epoch: 1, seq: 0 };

  constructor(
    readonly gateway: string,
    private readonly nonce: string,
    private readonly connection: SseConnection,
    private readonly feedKey: () => KeyObject,
    private readonly now: () => Date,
  ) {}

  get seq(): number {
    return this.place.seq;
  }

  snapshot({ mark, ...place }: MarkedPlace, picture: Omit<SnapshotData, 'nonce'>): void {
    this.place = place;
    const data = { nonce: this.nonce, ...picture };
    this.connection.sendWhole(this.format({ ...this.head(), ...marked(mark), type: 'snapshot', data }));
  }

  resume(place: FeedPlace): void {
    this.place = place;
    this.connection.send(this.format({ ...this.head(), type: 'resume', data: { nonce: this.nonce } }));
  }

  /** Sends the next change. It skips older changes, which it has sent before, and cuts the connection at a gap. */
  change({ seq, mark, data, revokedGateway }: BuiltChange): void {
    if (seq <= this.place.seq) return;
    if (seq !== this.place.seq + 1) {
      this.connection.cut();
      return;
    }
    this.place = { ...this.place, seq };
    this.connection.send(this.format({ ...this.head(), ...marked(mark), type: 'change', data }));
    if (revokedGateway === this.gateway) this.connection.end();
  }

  heartbeat(): void {
    this.connection.send(this.format({ ...this.head(), type: 'heartbeat', data: {} }));
  }

  end(): void {
    this.connection.end();
  }

  private head() {
    return { ...this.place, time: this.now().toISOString(), gateway: this.gateway };
  }

  private format(event: FeedEvent): string {
    return formatFeedEvent(event, this.feedKey());
  }
}

const marked = (mark: string | null): { mark?: string } => (mark === null ? {} : { mark });
