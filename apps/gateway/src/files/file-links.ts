import { randomBytes } from 'node:crypto';
import type { Call } from '@countersign/authorization';
import { operationFromProcess } from '@countersign/contract';
import { valuesOf } from '../http1/fields.js';

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
  tenant: string;
  service: string;
  /** That call. Each fetch of the file is authorized like this call: by the same route, resource, action and tenant. */
  call: Call;
};

/** A link on its way to another process of this gateway: only data can be sent. */
export type SentLink = Omit<FileLink, 'call'> & { call: Omit<Call, 'headerValues'> };

export function sentLink({ call, ...link }: FileLink): SentLink {
  const { headerValues: _function, ...data } = call;
  return { ...link, call: data };
}

/** The link as it was before another process sent it: the methods of its call do not arrive. */
function arrivedLink({ call, ...link }: SentLink): FileLink {
  const { headerFields, operation } = call;
  const headerValues = (name: string) => valuesOf(headerFields, name.toLowerCase());
  const isRead = operation !== undefined && !('code' in operation);
  return {
    ...link,
    call: { ...call, headerValues, operation: isRead ? operationFromProcess(operation) : operation },
  };
}

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
  private readonly tenants = new Map<string, TenantLinks>();

  /**
   * @param now the monotonic clock, in milliseconds
   * @param onAdded called with each new link, for the other processes of this gateway
   */
  constructor(
    private readonly now: () => number,
    private readonly onAdded?: (id: string, link: SentLink, until: number) => void,
  ) {}

  /**
   * Keeps a link. If all places are taken, an old link of another tenant or grant that has more of them ends, so that no tenant, and no
   * grant within a tenant, can take the places of all others. Returns the new id; undefined if there is no place for this grant.
   */
  add(link: FileLink): string | undefined {
    const id = randomBytes(ID_BYTES).toString('base64url');
    const until = this.now() + LIFETIME_MS;
    if (!this.keep(id, link, until)) return undefined;
    this.onAdded?.(id, sentLink(link), until);
    return id;
  }

  /** Keeps a link of another process of this gateway, if there is a place for it. */
  adopt(id: string, link: SentLink, until: number): void {
    this.keep(id, arrivedLink(link), until);
  }

  private keep(id: string, link: FileLink, until: number): boolean {
    this.dropExpired();
    const count = this.tenants.get(link.tenant)?.grants.get(link.digest)?.size ?? 0;
    if (count >= MAX_LINKS_PER_GRANT) return false;
    if (this.links.size >= MAX_LINKS && !this.makeRoom(link.tenant, count)) return false;
    this.links.set(id, { ...link, until });
    const tenant = this.tenants.get(link.tenant) ?? { size: 0, grants: new Map() };
    const ids = tenant.grants.get(link.digest) ?? new Set();
    tenant.grants.set(link.digest, ids.add(id));
    tenant.size += 1;
    this.tenants.set(link.tenant, tenant);
    return true;
  }

  /** The link of this id, if it belongs to this grant and service and has not expired. It can be used several times (for ranges). */
  find(id: string, digest: string, service: string): FileLink | undefined {
    this.dropExpired();
    const link = this.links.get(id);
    return link?.digest === digest && link.service === service ? link : undefined;
  }

  private dropExpired(): void {
    const now = this.now();
    for (const [id, link] of this.links) {
      if (link.until > now) return;
      this.drop(id, link);
    }
  }

  /**
   * Ends the oldest link of the grant that has most, in the tenant that has most. If no tenant has more than this one, it is a grant of
   * this tenant, and it must have more than `count`: a grant never ends its own links, because some of them may be in the answer that
   * is being written. The work is bounded: no more than `MAX_LINKS` tenants or grants have a link.
   */
  private makeRoom(tenant: string, count: number): boolean {
    const own = this.tenants.get(tenant);
    const largest = largestOf(this.tenants.values());
    const isOwn = largest === undefined || largest.size === own?.size;
    const ids = largestOf((isOwn ? own : largest)?.grants.values() ?? []);
    const oldest = ids?.values().next().value;
    const link = this.links.get(oldest ?? '');
    if (ids === undefined || oldest === undefined || link === undefined) return false;
    if (isOwn && ids.size <= count) return false;
    this.drop(oldest, link);
    return true;
  }

  private drop(id: string, { tenant, digest }: FileLink): void {
    this.links.delete(id);
    const owner = this.tenants.get(tenant);
    const ids = owner?.grants.get(digest);
    if (owner === undefined || !ids?.delete(id)) return;
    owner.size -= 1;
    if (ids.size === 0) owner.grants.delete(digest);
    if (owner.size === 0) this.tenants.delete(tenant);
  }
}

/** How many links a tenant has, and the ids of each grant's links, oldest first. */
type TenantLinks = { size: number; grants: Map<string, Set<string>> };

/** The entry with the largest size; the first one if several are equal. Undefined if all are empty. */
function largestOf<T extends { size: number }>(all: Iterable<T>): T | undefined {
  let largest: T | undefined;
  for (const each of all) if (each.size > (largest?.size ?? 0)) largest = each;
  return largest;
}
