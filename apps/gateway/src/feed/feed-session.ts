import {
  compareFeedPlaces,
  type FeedEvent,
  type FeedPlace,
  formatFeedPlace,
  ProtocolError,
} from '@countersign/gateway-protocol';

/** The gateway's place in the feed, which it keeps between connections. */
interface FeedMemory {
  /** The last place that was applied in this run; undefined while a snapshot is needed. */
  applied: FeedPlace | undefined;
  /** The highest place that was ever applied, as it is kept on disk. */
  readonly highest: FeedPlace | undefined;
}

/** What the gateway does with an event. */
export type FeedStep =
  | { do: 'begin'; event: Extract<FeedEvent, { type: 'snapshot' | 'resume' }> }
  | { do: 'change'; event: Extract<FeedEvent, { type: 'change' }> }
  | { do: 'hear'; event: Extract<FeedEvent, { type: 'heartbeat' }> };

/**
 * Validates the events of one connection in their order. Pure: it returns what to do. It throws ProtocolError
 * `invalid_event` for everything that must end the connection: an event for another gateway, a first event without our
 * nonce, a place below one that was reached before, a gap.
 */
export class FeedSession {
  private place: FeedPlace | undefined;
  /** Whether this connection has brought a heartbeat after its first event. */
  hasHeard = false;

  constructor(
    private readonly gateway: string,
    private readonly nonce: string,
    private readonly memory: Readonly<FeedMemory>,
  ) {}

  validate(event: FeedEvent): FeedStep {
    requireThat(event.gateway === this.gateway, 'the event is for another gateway');
    if (this.place === undefined) return this.first(event);
    requireThat(event.epoch === this.place.epoch, 'the epoch changed within a connection');
    switch (event.type) {
      case 'change':
        requireThat(event.seq === this.place.seq + 1, `a gap after ${formatFeedPlace(this.place)}`);
        this.place = { epoch: event.epoch, seq: event.seq };
        return { do: 'change', event };
      case 'heartbeat':
        requireThat(event.seq === this.place.seq, 'the heartbeat is of another place');
        this.hasHeard = true;
        return { do: 'hear', event };
      default:
        throw new ProtocolError('invalid_event', 'a second first event');
    }
  }

  private first(event: FeedEvent): FeedStep {
    requireThat(
      event.type === 'snapshot' || event.type === 'resume',
      'the first event is neither snapshot nor resume',
    );
    requireThat(event.data.nonce === this.nonce, 'the first event does not answer our nonce');
    const place = { epoch: event.epoch, seq: event.seq };
    const { applied, highest } = this.memory;
    if (event.type === 'resume') {
      requireThat(
        applied !== undefined && compareFeedPlaces(place, applied) === 0,
        'a resume from another place',
      );
    }
    requireThat(highest === undefined || compareFeedPlaces(place, highest) >= 0, 'the feed went back');
    this.place = place;
    return { do: 'begin', event };
  }
}

function requireThat(holds: boolean, rule: string): asserts holds {
  if (!holds) throw new ProtocolError('invalid_event', rule);
}
