import { PEOPLE, type PersonName } from '../factories/organisation.js';
import type { PreparedStore } from './prepared-store.js';

/** The API keys of a store's people, each created on first use. */
export class Keys {
  /** Every key that was created. */
  readonly issued: string[] = [];
  private readonly known = new Map<string, Promise<string>>();

  constructor(private readonly store: PreparedStore) {}

  of(who: PersonName | { email: string; tenant: string | null }): Promise<string> {
    const { email, tenant } = typeof who === 'string' ? PEOPLE[who] : who;
    const key = this.known.get(email) ?? this.make(email, tenant);
    this.known.set(email, key);
    return key;
  }

  private async make(email: string, tenant: string | null): Promise<string> {
    const key = await this.store.key(email, tenant);
    this.issued.push(key);
    return key;
  }
}
