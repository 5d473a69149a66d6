import { randomBytes } from 'node:crypto';
import type { Call } from '@countersign/authorization';

/** A presigned link that this gateway keeps to itself, and the call whose answer contained it. */
export type FileLink = {
  /** Scheme, host and port of the link. */
  origin: string;
  /** The rest of the link, as the service wrote it. Anyone who has it can read the file, so no record, log or answer has it. */
  target: string;
  /** Id of the record of the call whose answer contained the link. */
  from: string;
  /** Digest of the grant's terms under which that call was made. It identifies the grant and its engineer. */
  digest: string;
  service: string;
  /** That call. Each fetch of the file is authorized like this call: by the same route, resource, action and tenant. */
  call: Call;
};

/** The refusal for an id that no link has. It does not say whether there ever was a file. */
export const LINK_ENDED = {
  code: 'file_link_ended',
  detail: 'repeat the call whose answer had this address',
} as const;

/** How long an address of a file is valid. Storages sign links for minutes, too. */
const LIFETIME_MS = 300_000;
/** Links that are kept at once. If all are as long as possible, they take about 40 MiB. */
const MAX_LINKS = 8_192;
const MAX_LINKS_PER_GRANT = 1_024;
const ID_BYTES = 24;

/**
 * The presigned links of the last minutes, by the random id that the client got in place of each. They are in memory only: after
 * a restart, or at another gateway, the client has to repeat the call that gave it the address.
 */
export class FileLinks {
  /** The link that expires first is first: all have the same lifetime, and a Map keeps the order of insertion. */
  private readonly links = new Map<string, FileLink & { until: number }>();
  /** The ids of each grant's links, oldest first. */
  private readonly perGrant = new Map<string, Set<string>>();

  /** @param now the monotonic clock, in milliseconds */
  constructor(private readonly now: () => number) {}

  /**
   * Keeps a link. If all places are taken, the oldest link of the grant that has most of them ends, so that a few grants cannot take
   * the places of all others. Returns the new id; undefined if this grant has as many links as it may, or most of all.
   */
  add(link: FileLink): string | undefined {
    this.dropExpired();
    const count = this.perGrant.get(link.digest)?.size ?? 0;
    if (count >= MAX_LINKS_PER_GRANT) return undefined;
    if (this.links.size >= MAX_LINKS && !this.makeRoom(count)) return undefined;
    const id = randomBytes(ID_BYTES).toString('base64url');
    this.links.set(id, { ...link, until: this.now() + LIFETIME_MS });
    const ids = this.perGrant.get(link.digest) ?? new Set();
    this.perGrant.set(link.digest, ids.add(id));
    return id;
  }

  /** The link of this id, if it belongs to this grant and service and has not expired. It can be used several times (for ranges). */
  find(id: string, digest: string, service: string): FileLink | undefined {
    this.dropExpired();
    const link = this.links.get(id);
    return link?.digest === digest && link.service === service ? link : undefined;
  }

  private dropExpired(): void {
    const now = this.now();
    for (const [id, { until }] of this.links) {
      if (until > now) return;
      this.drop(id);
    }
  }

  /**
   * Ends the oldest link of the grant that has most, if that is more than `count`. A grant never ends its own links: some of them may
   * be in the answer that is being written. The work is bounded: no more than `MAX_LINKS` grants have a link.
   */
  private makeRoom(count: number): boolean {
    let most = new Set<string>();
    for (const ids of this.perGrant.values()) if (ids.size > most.size) most = ids;
    const oldest = most.values().next().value;
    if (oldest === undefined || most.size <= count) return false;
    this.drop(oldest);
    return true;
  }

  private drop(id: string): void {
    const digest = this.links.get(id)?.digest ?? '';
    this.links.delete(id);
    const ids = this.perGrant.get(digest);
    ids?.delete(id);
    if (ids?.size === 0) this.perGrant.delete(digest);
  }
}
