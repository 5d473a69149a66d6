import type { UpstreamConnection } from './upstream-connection.js';

/** One connection among the idle ones: its neighbours by the time when they became idle, of all and of its owner. */
export type IdlePlace = {
  readonly connection: UpstreamConnection;
  readonly owner: string | undefined;
  older: IdlePlace | undefined;
  newer: IdlePlace | undefined;
  olderOfOwner: IdlePlace | undefined;
  newerOfOwner: IdlePlace | undefined;
};

/**
 * The connections of a pool that carry no call. Only calls of a connection's owner may use it again. Every step takes the same time,
 * however many connections and owners there are.
 */
export class IdleConnections {
  private count = 0;
  private first: IdlePlace | undefined;
  private last: IdlePlace | undefined;
  private readonly newestOf = new Map<string, IdlePlace>();

  get size(): number {
    return this.count;
  }

  /** The one that has been idle for the longest time. */
  get oldest(): UpstreamConnection | undefined {
    return this.first?.connection;
  }

  /** @param owner undefined: no call may use the connection again */
  add(connection: UpstreamConnection, owner: string | undefined): void {
    const olderOfOwner = owner === undefined ? undefined : this.newestOf.get(owner);
    const place: IdlePlace = {
      ...{ connection, owner, older: this.last, newer: undefined },
      ...{ olderOfOwner, newerOfOwner: undefined },
    };
    if (this.last === undefined) this.first = place;
    else this.last.newer = place;
    this.last = place;
    if (olderOfOwner !== undefined) olderOfOwner.newerOfOwner = place;
    if (owner !== undefined) this.newestOf.set(owner, place);
    connection.idlePlace = place;
    this.count += 1;
  }

  /** Takes the owner's connection that became idle last. */
  take(owner: string): UpstreamConnection | undefined {
    const place = this.newestOf.get(owner);
    if (place === undefined) return undefined;
    this.remove(place.connection);
    return place.connection;
  }

  /** Takes a connection out, if it is idle. */
  remove(connection: UpstreamConnection): void {
    const place = connection.idlePlace;
    if (place === undefined) return;
    const { owner, older, newer, olderOfOwner, newerOfOwner } = place;
    connection.idlePlace = undefined;
    this.count -= 1;
    if (older === undefined) this.first = newer;
    else older.newer = newer;
    if (newer === undefined) this.last = older;
    else newer.older = older;
    if (olderOfOwner !== undefined) olderOfOwner.newerOfOwner = newerOfOwner;
    if (newerOfOwner !== undefined) newerOfOwner.olderOfOwner = olderOfOwner;
    else if (owner !== undefined && olderOfOwner !== undefined) this.newestOf.set(owner, olderOfOwner);
    else if (owner !== undefined) this.newestOf.delete(owner);
  }
}
