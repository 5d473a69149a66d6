import type { Assurance, Person } from '../domain/person.js';

/** A browser that is signed in, or a command line that a browser session has let in. */
export type SessionKind = 'web' | 'cli';

/** A signed-in person's session; of its secret only the SHA-256 (hex) is stored. Instants have milliseconds. */
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
  createdAt: string;
  /** When it was last used, within a minute. */
  seenAt: string;
  /** Over, however much it is used. */
  expiresAt: string;
  endedAt: string | null;
}

export interface SessionReads {
  find(id: string): Promise<Session | null>;
  /** The session with its person, whatever their state: the caller judges limits, end, removal. */
  findByHash(hash: string): Promise<{ session: Session; person: Person } | null>;
  /** Not ended and not past `expiresAt`, newest first. */
  ofPerson(person: string, now: string): Promise<Session[]>;
}

export interface SessionWrites extends SessionReads {
  insert(session: Session): Promise<void>;
  /** Ends it and what it has let in. @returns false where it had ended already */
  end(id: string, at: string): Promise<boolean>;
  endAllOf(person: string, at: string): Promise<void>;
  /** Forgets what was over before this instant. */
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

export interface IdentityReads {
  find(tenant: string | null, issuer: string, subject: string): Promise<Identity | null>;
  ofPerson(person: string, issuer: string): Promise<Identity | null>;
}

export interface IdentityWrites extends IdentityReads {
  /** @throws AccessError `conflict` where subject or person is pinned already */
  insert(identity: Identity): Promise<void>;
  forget(person: string): Promise<void>;
}

/** What was begun and is finished once: a sign-in at a provider, a mailed code, a command line's login, a passkey's enrolment, what Slack is asked for. */
export interface SignInAttempt {
  /** SHA-256 (hex) of what has to be shown to finish it. */
  hash: string;
  kind: 'oidc' | 'code' | 'cli' | 'passkey' | 'slack-install' | 'slack-link';
  /** Whom it would sign in; null while nobody knows. */
  person: string | null;
  /** SHA-256 (hex) of the browser's own secret; null where a verifier binds it. */
  browser: string | null;
  /** Plain data, no secret. */
  data: Record<string, string | null>;
  /** Wrong answers so far. */
  misses: number;
  createdAt: string;
  expiresAt: string;
}

export interface SignInAttempts {
  insert(attempt: SignInAttempt): Promise<void>;
  find(hash: string): Promise<SignInAttempt | null>;
  /** The open attempts of one kind that this browser began, newest first. */
  ofBrowser(browser: string, kind: SignInAttempt['kind']): Promise<SignInAttempt[]>;
  /** Takes it out: true for exactly one of those who try. */
  take(hash: string): Promise<boolean>;
  /** Counts a wrong answer. @returns how many there are now */
  miss(hash: string): Promise<number>;
  dropOf(person: string, kind: SignInAttempt['kind']): Promise<void>;
  purge(before: string): Promise<void>;
}
