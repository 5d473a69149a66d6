import type {
  Language,
  News,
  NOTICES,
  NoticeKind,
  NoticeKindWith,
  PersonalNoticeKind,
} from '@countersign/contract';
import { de } from './de.js';
import { en } from './en.js';

/** What a mail says first. `Names` are what both texts may name; mails pass texts of people through `oneLine`. */
interface Opening<Names extends unknown[]> {
  readonly subject: (...names: Names) => string;
  /** Says in one sentence what has happened. */
  readonly sentence: (...names: Names) => string;
}

/** What a mail about a request or its access names: who wants access to what, for how long. */
export interface AccessNames {
  requester: string;
  tenant: string;
  service: string;
  duration: string;
}

/** What a mail about a tenant's trust names. A member is null, or 0 days, if libs/mail/src/trust-mail.ts reads no such fact. */
export interface TrustNames {
  tenant: string;
  /** The person who did it, or whose passkey it is; null for the vendor's host. */
  by: string | null;
  /** From when a new passkey counts, or a widening may take effect, with its zone; null if it waits for a confirmation. */
  countsFrom: string | null;
  /** Of a widening: whom it lets decide more; null if it is about the privacy controls. */
  person: string | null;
  /** Whole days until the document in force ends. */
  days: number;
}

/** The texts of a kind's mail, by its `mail` in `NOTICES`. Labels and footers of each form: libs/mail/src/words/. */
interface MailTexts {
  access: Opening<[AccessNames]>;
  trust: Opening<[TrustNames]>;
  /** Names the person whose key it is. */
  key: Opening<[person: string]>;
  /** `note` says what to do if it was not the reader. */
  choices: { readonly subject: string; readonly sentence: string; readonly note: string };
  /** Its sentence is its subject. */
  address: { readonly subject: (tenant: string) => string };
  review: Opening<[tenant: string]> & { readonly note: string };
  /** Its subject and sentence say that it is a practice. */
  practice: Opening<[tenant: string]> & { readonly note: string };
  statement: {
    readonly subject: (tenant: string, day: string, accesses: number) => string;
    readonly sentence: (accesses: number, day: string) => string;
  };
}

/** What a mail says instead if more has happened by the time it is written. */
interface MailVariants {
  /** One mail for an approval and the grant that it opened, or will open, at once. */
  'request.approved': {
    readonly begun: Readonly<Record<'active' | 'scheduled' | 'blocked', (names: AccessNames) => string>>;
  };
  /** The access has begun, but no call passes. */
  'grant.active': { readonly blocked: Opening<[AccessNames]> };
}

/** What a line in the thread under a card may name. */
interface ThreadNames {
  requester: string;
  /** Which rule of supervision was crossed, as part of a sentence. */
  crossed: string;
  /** How many calls were allowed and refused so far. */
  calls: number;
  refused: number;
}

/**
 * A line in the thread. Null: there is none, or libs/slack/src/messages/thread-lines.ts joins it from what the card shows, such as
 * a question.
 */
type ThreadText = string | ((names: ThreadNames) => string) | null;

interface WithMail<Texts> {
  readonly mail: Texts;
}
interface WithThread {
  readonly thread: ThreadText;
}
interface WithMessage {
  readonly slack: { readonly heading: string; readonly text: string };
}

type MailOf<Kind extends NoticeKind> = Kind extends PersonalNoticeKind
  ? WithMail<
      MailTexts[(typeof NOTICES)[Kind]['mail']] &
        (Kind extends keyof MailVariants ? MailVariants[Kind] : unknown)
    >
  : unknown;
type SlackOf<Kind extends NoticeKind> =
  Kind extends NoticeKindWith<{ slack: 'message' }>
    ? WithMessage
    : Kind extends NoticeKindWith<{ slack: string }>
      ? WithThread
      : unknown;

// An alias of its own, so that the compiler's messages do not list every kind.
type KindTexts = {
  readonly [Kind in PersonalNoticeKind | NoticeKindWith<{ slack: string }>]: MailOf<Kind> & SlackOf<Kind>;
};

/** The texts of one language for all notices. The compiler finds each that a kind lacks, and each that its declaration has no use for. */
export interface NoticeTexts {
  /** The texts of each kind that has some: what its mail, its message in Slack or the thread of its card says. */
  readonly kinds: KindTexts;
  /**
   * What a push says: the kind of news and nothing about it. A lock screen shows it to everyone who passes, so that no text names a
   * person, a customer, a service or a reason.
   */
  readonly push: Readonly<Record<News, string>>;
}

/** What notices say in mails, in Slack and in pushes. */
export const NOTICE_TEXTS: Readonly<Record<Language, NoticeTexts>> = { en, de };
