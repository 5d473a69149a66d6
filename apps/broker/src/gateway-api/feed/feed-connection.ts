import type { KeyObject } from 'node:crypto';
import type { GatewayBinding } from '@countersign/access';
import {
  type FeedEvent,
  type FeedPlace,
  formatFeedEvent,
  type SnapshotData,
} from '@countersign/gateway-protocol';
import type { SseConnection } from '../../http/sse-connection.js';
import { narrowChange, narrowPicture } from './feed-narrowing.js';
import type { BuiltChange, MarkedPlace, Picture, ServedTo } from './feed-reader.js';

/**
 * One gateway's open feed. It remembers the last place it sent, and signs every event for this one gateway. It sends only what
 * that gateway serves; a change of something else is sent empty, because places have no gaps.
 */
export class FeedConnection {
  private place: FeedPlace = { epoch: 1, seq: 0 };

  constructor(
    readonly gateway: string,
    private readonly binding: GatewayBinding,
    private readonly nonce: string,
    private readonly connection: SseConnection,
    private readonly feedKey: () => KeyObject,
    private readonly now: () => Date,
  ) {}

  get seq(): number {
    return this.place.seq;
  }

  snapshot({ mark, ...place }: MarkedPlace, issuer: string, picture: Picture, servedTo: ServedTo): void {
    this.place = place;
    const data: SnapshotData = {
      nonce: this.nonce,
      issuer,
      ...narrowPicture(this.binding, picture, servedTo),
    };
    this.connection.sendWhole(this.format({ ...this.head(), ...marked(mark), type: 'snapshot', data }));
  }

  resume(place: FeedPlace): void {
    this.place = place;
    this.connection.send(this.format({ ...this.head(), type: 'resume', data: { nonce: this.nonce } }));
  }

  /** Sends the next change. It skips older changes, which it has sent before, and cuts the connection at a gap. */
  change(built: BuiltChange): void {
    const { seq, mark, revokedGateway } = built;
    if (seq <= this.place.seq) return;
    if (seq !== this.place.seq + 1) {
      this.connection.cut();
      return;
    }
    this.place = { ...this.place, seq };
    const data = narrowChange(this.binding, built);
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
