import type { NoticeAddress } from '../domain/notice-address.js';

/** Mailboxes of a tenant that get notices. */
export interface NoticeAddressRepository {
  find(id: string): Promise<NoticeAddress | null>;
  /** All that are not removed, the oldest first. */
  list(): Promise<NoticeAddress[]>;
  /** How many were added at this instant or later, including those that were removed since. */
  countAdded(since: string): Promise<number>;
  /** @throws AccessError `conflict` if the tenant lists it already */
  insert(address: NoticeAddress): Promise<void>;
  /** Compare-and-swap on `version - 1`. */
  update(address: NoticeAddress): Promise<boolean>;
}
