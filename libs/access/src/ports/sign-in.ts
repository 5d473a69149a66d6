import type { Assurance, SessionKind } from '@countersign/contract';
import type { ApiKey } from '../domain/api-key.js';
import type { Person } from '../domain/person.js';
import type { Entry } from './repository.js';

/** How people authenticate. These rows belong to the deployment. */
export interface SignInRepositories {
  sessions: Entry<SessionRepository, 'insert' | 'touch' | 'end' | 'endAllOf' | 'purge'>;
  identities: Entry<IdentityRepository, 'insert' | 'forget'>;
  attempts: Entry<SignInAttemptRepository, 'insert' | 'take' | 'miss' | 'dropAllOf' | 'purge'>;
  apiKeys: Entry<ApiKeyRepository, 'insert' | 'revoke' | 'revokeAllOf' | 'signedIn'>;
  signals: Entry<SignalRepository, 'remember' | 'purge'>;
}

/** A signed-in person's session. Only the SHA-256 (hex) of its secret is stored. Instants have milliseconds. */
export interface Session {
  /** `ses_…` */
  id: string;
  hash: string;
  person: string;
  kind: SessionKind;
  /** How its person signed in; stored with each review. */
  assurance: Assurance;
  /** The device as it called itself: words for its owner, never trusted. */
  device: string;
  /** The web session that let this command line in: it ends with it. Null for web sessions. */
  parent: string | null;
  /** When its person last proved who they are: at the provider (`auth_time`), or with a mailed code. Null: unknown. */
  authenticatedAt: string | null;
  createdAt: string;
  /** When it was last used, within a minute. */
  seenAt: string;
  /** The session ends then, however much it is used. */
  expiresAt: string;
  endedAt: string | null;
}

export interface SessionRepository {
  find(id: string): Promise<Session | null>;
  /** The session with its person, in any state: the caller checks limits, end and removal. */
  findByHash(hash: string): Promise<{ session: Session; person: Person } | null>;
  /** Not ended and not past `expiresAt`, newest first. */
  ofPerson(person: string, now: string): Promise<Session[]>;
  insert(session: Session): Promise<void>;
  /** Notes the time zone of the browser in which the person signs in. */
  noteZone(person: string, zone: string): Promise<void>;
  /** Notes when it was last used. */
  touch(id: string, at: string): Promise<void>;
  /** Ends it and the command lines that it has let in. @returns false if it had ended already */
  end(id: string, at: string): Promise<boolean>;
  endAllOf(person: string, at: string): Promise<void>;
  /** Deletes sessions that were over before this instant. */
  purge(before: string): Promise<void>;
}

/** Who a provider's subject is here: pinned at the first sign-in, so that an e-mail that changes hands opens nothing. */
export interface Identity {
  /** A tenant's slug; null for the vendor. */
  tenant: string | null;
  issuer: string;
  subject: string;
  person: string;
  pinnedAt: string;
}

export interface IdentityRepository {
  find(tenant: string | null, issuer: string, subject: string): Promise<Identity | null>;
  ofPerson(person: string, issuer: string): Promise<Identity | null>;
  /** @throws AccessError `conflict` if subject or person is pinned already */
  insert(identity: Identity): Promise<void>;
  forget(person: string): Promise<void>;
}

/**
 * Something that was begun and is finished once: a sign-in at a provider, a mailed code, a command line's login, a
 * passkey's enrolment, or a Slack installation or link.
 */
export interface SignInAttempt {
  /** SHA-256 (hex) of the secret that finishes it. */
  hash: string;
  kind: 'oidc' | 'code' | 'cli' | 'passkey' | 'slack-install' | 'slack-link';
  /** The person whom it would sign in; null while that is unknown. */
  person: string | null;
  /** SHA-256 (hex) of the browser's own secret; null if a verifier binds it. */
  browser: string | null;
  /** Plain data, no secret. */
  data: Record<string, string | null>;
  /** Wrong answers so far. */
  misses: number;
  createdAt: string;
  expiresAt: string;
}

export interface SignInAttemptRepository {
  find(hash: string): Promise<SignInAttempt | null>;
  /** The open attempts of one kind that this browser began, newest first. */
  ofBrowser(browser: string, kind: SignInAttempt['kind']): Promise<SignInAttempt[]>;
  insert(attempt: SignInAttempt): Promise<void>;
  /** Removes it. Of several callers exactly one gets true. */
  take(hash: string): Promise<boolean>;
  /** Counts a wrong answer. @returns how many there are now */
  miss(hash: string): Promise<number>;
  dropAllOf(person: string): Promise<void>;
  purge(before: string): Promise<void>;
}

export interface ApiKeyRepository {
  find(id: string): Promise<ApiKey | null>;
  /** The key with its person, in any state: the caller checks expiry, revocation and removal. */
  findByHash(hash: string): Promise<{ key: ApiKey; person: Person } | null>;
  /** The key with its person, in any state. */
  withPerson(id: string): Promise<{ key: ApiKey; person: Person } | null>;
  list(): Promise<{ key: ApiKey; person: Person }[]>;
  /** Oldest first, in any state. */
  ofPerson(person: string): Promise<ApiKey[]>;
  insert(key: ApiKey): Promise<void>;
  /** @returns false if it was revoked already or does not exist */
  revoke(id: string, at: string): Promise<boolean>;
  revokeAllOf(person: string, at: string): Promise<void>;
  /** Notes on the person's keys that their provider has signed them in. */
  signedIn(person: string, at: string): Promise<void>;
}

/** The replay memory of received security events. An event is known by the SHA-256 (hex) of its side, issuer and `jti`. */
export interface SignalRepository {
  /** Of several callers exactly one gets true. */
  remember(hash: string, at: string): Promise<boolean>;
  /** Forgets what was received before this instant. */
  purge(before: string): Promise<void>;
}
