import type { CredentialKind } from '@countersign/contract';
import type { Entry } from './repository.js';

/** A person's API key or session that has not ended. */
export interface LiveCredential {
  kind: Exclude<CredentialKind, 'gateway'>;
  id: string;
  /** A tenant's slug; null for the vendor. */
  tenant: string | null;
  person: string;
  since: string;
  until: string;
}

/** API keys and sessions of people who are not removed. These rows belong to the deployment. */
export interface CredentialRepository {
  /** Neither ended nor expired, of these sides (null: the vendor); null: of all. In no order. */
  live(sides: readonly (string | null)[] | null, now: string): Promise<LiveCredential[]>;
}

export interface StandingRepositories {
  credentials: Entry<CredentialRepository>;
}
