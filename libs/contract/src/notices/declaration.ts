/** What a notice address can be notified of. docs/privacy-controls.md lists the notices of each topic. */
export const NOTICE_TOPICS = [
  'emergency',
  'disclosure',
  'demand',
  'access',
  'supervision',
  'widening',
  'trust',
  'review',
  'practice',
  'statement',
] as const;
/** One of `NOTICE_TOPICS`. */
export type NoticeTopic = (typeof NOTICE_TOPICS)[number];

/**
 * Who may switch a notice off: the topic under which people choose. `always`: no one can. `outcome`: `own` for the requester,
 * `decided` for others. `access`: `own` for the requester, `access` for others.
 */
export type NoticeChoice = 'always' | 'decide' | 'outcome' | 'access' | 'reports';

/**
 * Who of the persons that a notice is addressed to gets it by mail and push. `audience`: all of them. The other values are for
 * notices about a request; without a request they choose no one. `all`: everyone. `requester`: its requester alone. `others`:
 * everyone else. `undecided`: those who have not decided its present terms.
 */
export type NoticeRecipients = 'audience' | 'all' | 'requester' | 'others' | 'undecided';

/** What a mail has beside its subject and its first sentence. libs/mail/src/mail-content.ts writes each. */
export type MailForm =
  /** A request and its access. */
  | 'access'
  /** What protects a tenant, with facts if libs/mail/src/trust-mail.ts reads some. */
  | 'trust'
  | 'key'
  | 'choices'
  | 'address'
  | 'review'
  | 'practice'
  | 'statement';

/** The page about a notice: that of its request, of its grant, of the tenant's trust, or a path. */
export type NoticePage = 'request' | 'grant' | 'trust' | `/${string}`;

interface CommonDeclaration {
  choice: NoticeChoice;
  /** The topic under which notice addresses get it. Absent: it goes to persons alone. */
  topic?: NoticeTopic;
  /**
   * To the customer alone, through its own channels. The broker waits for it to arrive, so that no delivery to the vendor may
   * count, and no earlier notice to the same recipient may keep it waiting.
   */
  forCustomerAlone?: true;
  /** It asks for what the request's present state waits for, so it is over once the request has left that state. */
  asks?: true;
  /**
   * How Slack delivers it. `card`: it updates the recipient's card of the request, with a line in its thread; `every-card`: it
   * updates every copy; `message`: a message to each person, with a link to its page. Absent: Slack does not.
   */
  slack?: 'card' | 'every-card' | 'message';
  /** The answers that open pages read again: see `StaleAnswers`. */
  stale?: { one?: readonly string[]; all: readonly string[] };
}

interface PersonalDeclaration extends CommonDeclaration {
  to: NoticeRecipients;
  mail: MailForm;
  /** Of its mail. `wait`: something waits for the reader. `stop`: something is stopped, denied or late. */
  tone?: 'wait' | 'stop';
  /** What a push says: a name of a text. It says the kind of news and nothing about it. */
  push: string;
  page: NoticePage;
}

type ImpersonalDeclaration = CommonDeclaration & {
  [Member in 'to' | 'mail' | 'tone' | 'push' | 'page']?: never;
};

/**
 * One kind of notice: who gets it, by which channels, and with which texts. A kind without `to` reaches no person by mail or push.
 * Webhooks and event streams get every kind.
 */
export type NoticeDeclaration = PersonalDeclaration | ImpersonalDeclaration;
