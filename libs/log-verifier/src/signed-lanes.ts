import type { EventData } from '@countersign/contract';

/** By gateway: when its newest head was signed, how many lanes that head names, and up to when each lane has signed. */
export type SignedLanesState = Map<string, { at: number; of: number; lanes: Map<number, number> }>;

/** Up to when each lane of each gateway has signed its records in a log. The newest head says how many lanes there are. */
export class SignedLanes {
  constructor(readonly state: SignedLanesState = new Map()) {}

  /** Takes a leaf `gateway.head`. @param at in milliseconds since the epoch */
  take(at: number, { gateway, lane }: Pick<EventData<'gateway.head'>, 'gateway' | 'lane'>): void {
    const { number, of } = lane ?? { number: 0, of: 1 };
    const known = this.state.get(gateway) ?? { at, of, lanes: new Map<number, number>() };
    if (at >= known.at) Object.assign(known, { at, of });
    known.lanes.set(number, Math.max(at, known.lanes.get(number) ?? at));
    this.state.set(gateway, known);
  }

  /** The first lane that has not signed at this time or later; undefined if all have. */
  missing(gateway: string, since: number): number | undefined {
    const { of = 1, lanes } = this.state.get(gateway) ?? {};
    for (let lane = 0; lane < of; lane += 1) if (!((lanes?.get(lane) ?? 0) >= since)) return lane;
    return undefined;
  }

  /** When a gateway's newest head was signed, of any lane; undefined if it has none. */
  newest(gateway: string): number | undefined {
    return this.state.get(gateway)?.at;
  }

  /** Up to when all lanes of a gateway have signed; undefined if one has signed nothing. */
  upTo(gateway: string): number | undefined {
    const { of = 1, lanes = new Map<number, number>() } = this.state.get(gateway) ?? {};
    if (lanes.size < of) return undefined;
    const times = Array.from({ length: of }, (_, lane) => lanes.get(lane));
    return times.reduce(
      (oldest, at) => (oldest === undefined || at === undefined ? undefined : Math.min(oldest, at)),
      times[0],
    );
  }
}
