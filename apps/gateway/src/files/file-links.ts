import { randomBytes } from 'node:crypto';
import type { Call } from '@countersign/authorization';

/** A presigned link that this gateway keeps to itself, and what it belongs to. */
export type FileLink = {
  /** Scheme, host and port of the link. */
  origin: string;
  /** The rest of the link, exactly as the service wrote it. Whoever has it has the file, so it is in no record, log or answer. */
  target: string;
  /** The record of the call whose answer had the link. */
  from: string;
  /** Of the grant under which that call was made: its terms, and so its person. */
  digest: string;
  service: string;
  /** That call. Each fetch of the file is authorized as it is, so it has the same route, resource, action and tenant. */
  call: Call;
};

/** Why an address of a file opens nothing. It does not say whether there ever was a file. */
export const LINK_ENDED = {
  code: 'file_link_ended',
  detail: 'repeat the call whose answer had this address',
} as const;

/** How long an address of a file is valid. Storages sign links for minutes, too. */
const LIFE_MS = 300_000;
/** Links that are kept at once: some 40 MiB at their longest. */
const MAX_LINKS = 8_192;
const MAX_LINKS_PER_GRANT = 1_024;
const ID_BYTES = 24;

/**
 * The presigned links of the last minutes, by the random id that the client got in place of each. They are in memory alone: after
 * a restart, and at another gateway, the client makes the call again that gave it the address.
 */
export class FileLinks {
  /** In the order of their ends, because all live equally long. */
  private readonly links = new Map<string, FileLink & { until: number }>();
  private readonly perGrant = new Map<string, number>();

  /** @param now the monotonic clock, in milliseconds */
  constructor(private readonly now: () => number) {}

  /** Keeps a link. Returns its id; undefined if there is no room for it. */
  add(link: FileLink): string | undefined {
    this.dropEnded();
    const count = this.perGrant.get(link.digest) ?? 0;
    if (this.links.size >= MAX_LINKS || count >= MAX_LINKS_PER_GRANT) return undefined;
    const id = randomBytes(ID_BYTES).toString('base64url');
    this.links.set(id, { ...link, until: this.now() + LIFE_MS });
    this.perGrant.set(link.digest, count + 1);
    return id;
  }

  /** The link of this id, if it belongs to this grant and service and has not ended. It can be fetched several times: in ranges. */
  find(id: string, digest: string, service: string): FileLink | undefined {
    this.dropEnded();
    const link = this.links.get(id);
    return link?.digest === digest && link.service === service ? link : undefined;
  }

  private dropEnded(): void {
    const now = this.now();
    for (const [id, { until, digest }] of this.links) {
      if (until > now) return;
      this.links.delete(id);
      const count = (this.perGrant.get(digest) ?? 1) - 1;
      if (count === 0) this.perGrant.delete(digest);
      else this.perGrant.set(digest, count);
    }
  }
}
