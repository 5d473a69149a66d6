import type { GatewayBinding, Signer } from '@countersign/access';
import { signWith } from '@countersign/contract';
import {
  type FeedEvent,
  type FeedPlace,
  feedEventToSign,
  type SnapshotData,
} from '@countersign/gateway-protocol';
import type { SseConnection } from '../../http/sse-connection.js';
import { narrowChange, narrowPicture } from './feed-narrowing.js';
import type { BuiltChange, MarkedPlace, Picture, ServedTo } from './feed-reader.js';

/**
 * One gateway's open feed. It remembers the last place it sent, and signs every event for this one gateway. It sends only what
 * that gateway serves; a change of something else is sent empty, because places have no gaps.
 *
 * Events are signed side by side and sent in their order. If one cannot be signed, the connection is cut: the gateway opens another
 * and resumes.
 */
export class FeedConnection {
  private place: FeedPlace = { epoch: 1, seq: 0 };
  private connection: SseConnection | undefined;
  private isOver = false;
  private isBeating = false;
  /** Done once every event so far has been sent, or the connection is over. It never rejects. */
  private sent: Promise<void> = Promise.resolve();

  constructor(
    readonly gateway: string,
    private readonly binding: GatewayBinding,
    private readonly signer: () => Signer,
    private readonly now: () => Date,
  ) {}

  get seq(): number {
    return this.place.seq;
  }

  /** The first event: all that this gateway has to know. @throws what the signer throws; then `open` is not called */
  snapshot(
    nonce: string,
    issuer: string,
    [{ mark, ...place }, picture, servedTo]: readonly [MarkedPlace, Picture, ServedTo],
    open: () => SseConnection,
  ): Promise<void> {
    this.place = place;
    const data: SnapshotData = { nonce, issuer, ...narrowPicture(this.binding, picture, servedTo) };
    return this.begin({ ...this.head(), ...marked(mark), type: 'snapshot', data }, open);
  }

  /** The first event of a gateway that has all changes up to this place. @throws as `snapshot` */
  resume(nonce: string, place: FeedPlace, open: () => SseConnection): Promise<void> {
    this.place = place;
    return this.begin({ ...this.head(), type: 'resume', data: { nonce } }, open);
  }

  /** Sends the next change. It skips older changes, which it has sent before, and cuts the connection at a gap. */
  change(built: BuiltChange): void {
    const { seq, mark, revokedGateway } = built;
    if (seq <= this.place.seq) return;
    if (seq !== this.place.seq + 1) {
      this.cut();
      return;
    }
    this.place = { ...this.place, seq };
    const data = narrowChange(this.binding, built);
    const sent = this.send({ ...this.head(), ...marked(mark), type: 'change', data });
    if (revokedGateway === this.gateway) void sent.then(() => this.end());
  }

  /** While one waits for its signature, a second one would say nothing more. */
  heartbeat(): void {
    if (this.isBeating) return;
    this.isBeating = true;
    void this.send({ ...this.head(), type: 'heartbeat', data: {} }).then(() => {
      this.isBeating = false;
    });
  }

  end(): void {
    this.isOver = true;
    this.connection?.end();
  }

  private cut(): void {
    this.isOver = true;
    this.connection?.cut();
  }

  private begin(event: FeedEvent, open: () => SseConnection): Promise<void> {
    const begun = this.signed(event).then((text) => {
      this.connection = open();
      this.connection.sendWhole(text);
      if (this.isOver) this.connection.end();
    });
    this.sent = begun.catch(() => undefined);
    return begun;
  }

  private send(event: FeedEvent): Promise<void> {
    this.sent = Promise.all([this.signed(event), this.sent]).then(
      ([text]) => {
        if (!this.isOver) this.connection?.send(text);
      },
      () => this.cut(),
    );
    return this.sent;
  }

  private async signed(event: FeedEvent): Promise<string> {
    return signWith(this.signer(), feedEventToSign(event));
  }

  private head() {
    return { ...this.place, time: this.now().toISOString(), gateway: this.gateway };
  }
}

const marked = (mark: string | null): { mark?: string } => (mark === null ? {} : { mark });
