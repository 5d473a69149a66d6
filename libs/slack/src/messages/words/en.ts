import type { CardFacts } from '../../facts.js';

const calls = (count: number): string => (count === 1 ? '1 call' : `${count} calls`);
const count = (number: number, none: string, one: string, many: string): string =>
  number === 0 ? none : number === 1 ? one : `${number} ${many}`;

/** Texts of cards, forms and App Home. What each kind of notice says: `NOTICE_TEXTS`. Names have passed through `shortName`, texts of people through `oneLine`. */
export const en = {
  /** How a person was authenticated, as part of a sentence; the same words as on the pages. */
  assurance: {
    oidc: 'signed in with the company’s sign-in',
    'mail-code': 'signed in with a code by mail',
    'api-key': 'with an API key',
    slack: 'in Slack',
    passkey: 'with a passkey',
  },
  onVendorsWord: 'on the vendor’s word',
  risk: { low: 'Low risk', medium: 'Medium risk', high: 'High risk' },
  /** The heading of a card in each state. */
  heading: {
    awaiting_vendor: (who: string, tenant: string) => `${who} requests access to ${tenant}`,
    awaiting_customer: (who: string, tenant: string) => `${who} requests access to ${tenant}`,
    countered: (who: string, tenant: string) => `${tenant} offers ${who} less`,
    notifying: (who: string, tenant: string) => `Emergency: ${who} gets access to ${tenant}`,
    approved: (who: string, tenant: string) => `Approved: access of ${who} to ${tenant}`,
    denied: (who: string, tenant: string) => `Denied: access of ${who} to ${tenant}`,
    cancelled: (who: string, tenant: string) => `Withdrawn: access of ${who} to ${tenant}`,
    expired: (who: string, tenant: string) => `Lapsed: access of ${who} to ${tenant}`,
  },
  /** The heading once there is a grant: it says whether calls pass now. */
  granted: {
    not_yet: (who: string, tenant: string) => `Approved, not begun: access of ${who} to ${tenant}`,
    open: (who: string, tenant: string) => `Open now: access of ${who} to ${tenant}`,
    stopped: (who: string, tenant: string) => `Stopped: access of ${who} to ${tenant}`,
    locked: (who: string, tenant: string) => `Locked: access of ${who} to ${tenant}`,
    ended: (who: string, tenant: string) => `Ended: access of ${who} to ${tenant}`,
  },
  /** Whose turn it is, or how the request ended. */
  state: {
    awaiting_vendor: 'It waits for the vendor’s review. The customer is asked after that.',
    awaiting_customer: 'It waits for the customer’s decision.',
    countered: 'Less was offered. The engineer has to accept it or withdraw the request.',
    notifying:
      'An emergency, without the customer’s approval. Access opens once this notice has arrived. The customer may deny it.',
    approved: 'It was approved.',
    denied: 'It was denied. Nothing was opened.',
    cancelled: 'The engineer withdrew it. Nothing was opened.',
    expired: 'It lapsed: no one decided in time. Nothing was opened.',
  },
  questionWaits: 'The engineer has to answer a question. It can be decided meanwhile.',
  /** Whom a request waits for. */
  waitsFor: {
    vendor: 'the vendor’s review',
    customer: 'the customer',
    requester: 'the engineer',
    notice: 'the notice to the customer',
  },
  stage: (name: string) => ` (stage “${name}”)`,
  waitedSoFar: (list: string) => `So far: ${list}`,
  waitsSince: (whom: string) => `Waits for: ${whom}, since`,
  overdue: 'It has waited longer than the customer’s rules allow. Others may decide too now.',
  usually: (time: string) => `This customer usually decides within ${time}.`,
  asked: (who: string) => `${who} asked`,
  answered: (who: string) => `${who} answered`,
  forwarded: (who: string, to: string) => `${who} forwarded it to ${to}`,
  endReason: {
    expired: 'Access has ended: its time was up.',
    revoked: 'Access was stopped.',
    released: 'Access was released.',
    exhausted: 'Access has ended: its budget was used up.',
  },
  /** Why no call passes, though the grant has not ended. */
  blocked: {
    stopped: 'The customer has stopped this access. No call passes until the stop is lifted.',
    locked: 'This access is locked. No call passes until the lock is lifted.',
  },
  labels: {
    who: 'Who',
    oneCall: 'One call',
    risk: 'Risk',
    howApproved: 'How the customer approves it',
    notIncluded: 'Not included',
    lapses: 'This request lapses',
    wouldBegin: 'Access would begin',
    wouldEnd: 'Access would end',
    silence: 'If no one decides',
    approvals: 'Approvals',
    denials: 'Earlier denials of similar requests',
    offered: 'Offered instead',
    begin: 'Paste this to begin',
  },
  outdated: {
    rules:
      'The rules have changed since this was requested. It can no longer be approved; the engineer can ask again in the browser.',
    locked: 'Access is stopped or locked. Once that is lifted, this request can be approved.',
  },
  silenceMeans: 'Nothing is granted. Silence is a no.',
  noReason: 'The reason has been erased.',
  noReasonGiven: 'no reason given',
  rest: (tenant: string, service: string) =>
    `Everything else of ${service}, everything of other customers, and everything outside the time above stays closed to this engineer at ${tenant}.`,
  passkeyOnly: 'This can only be approved in the browser, with a passkey.',
  browserOnly: 'This can only be approved in the browser, not in Slack.',
  tooLong: 'This is longer than a message can be: read and decide it in the browser.',
  openInBrowser: 'Open in browser',
  cut: '… (cut: the whole text is in the browser)',
  /** Who wants what: `vendor` is empty if unknown. */
  wants: (who: string, vendor: string, what: string, tenant: string, time: string) =>
    `${who}${vendor === '' ? '' : ` of ${vendor}`} wants to ${what} at ${tenant} for ${time}.`,
  phrase: (what: string, time: string) => `${what} for ${time}`,
  moreInBrowser: (left: number) => `… and ${left} more, in the browser`,
  changeInBrowser: 'Read the new body in the browser before you decide.',
  changeBefore: (at: string) => `Before: as the engineer’s own read returned it, ${at}`,
  changeNoBefore: 'The engineer has not shown what was there before.',
  more: (left: number) => `… and ${left} more`,
  andMore: (left: number) => `and ${left} more`,
  beyond: ', beyond what is named above',
  given: (approved: number, required: number) => `${approved} of ${required} given`,
  withFirstUse: 'with the first use',
  isExtension: 'This continues earlier access, from its planned end.',
  afterFirstUse: (time: string, latest: string) =>
    `${time} after the engineer first uses it; at the latest ${latest}`,
  afterApproval: (time: string, latest: string) => `${time} after approval; at the latest ${latest}`,
  offeredBy: (time: string, who: string) => `For ${time}. Offered by ${who}.`,
  seal: {
    denied: (who: string) => `Denied by ${who}`,
    offered: (who: string) => `Less was offered by ${who}`,
    countersigned: (who: string) => `Countersigned by ${who} with a passkey`,
    approved: (who: string) => `Approved by ${who}`,
    vendor: 'for the vendor',
    customer: 'for the customer',
  },
  grant: {
    callsSoFar: (number: number) => `${calls(number)} so far`,
    by: (who: string) => ` By ${who}.`,
    firstUse: 'Approved. Access begins with the first use.',
    begins: 'Approved. Access begins:',
    ends: 'and ends:',
    openUntil: 'Access is open now, until:',
    left: (time: string) => `${time} left when this was written`,
  },
  buttons: {
    approve: 'Approve',
    deny: 'Deny…',
    readOnly: 'Read only',
    halfTime: 'Half the time',
    onlyObjects: 'Only these objects…',
    less: 'Approve less…',
    question: 'Ask a question…',
    answer: 'Answer the question…',
    forward: 'Forward…',
    accept: (time: string) => `Accept for ${time}`,
    withdraw: 'Withdraw the request',
    details: 'Details…',
    stop: 'Stop access',
    open: 'Open',
    openService: 'Open in the browser',
    release: 'Release',
    extend: 'Ask for more time…',
    ask: 'Ask for access',
  },
  confirm: {
    back: 'Back',
    approve: {
      title: 'Approve this access?',
      customer: (who: string, what: string, tenant: string) => `${who} may ${what} at ${tenant}.`,
      vendor: (who: string, what: string, tenant: string) =>
        `The request of ${who} goes on to ${tenant}: ${what}.`,
      yes: 'Approve',
    },
    offer: {
      text: (who: string, what: string) => `${who} is offered: ${what}. Nothing is open until they accept.`,
      yes: 'Offer this',
    },
    withdraw: {
      title: 'Withdraw the request?',
      text: 'No one can decide it then. Nothing is opened.',
      yes: 'Withdraw',
    },
    accept: {
      title: 'Accept what is offered?',
      text: (what: string, time: string) => `You may then ${what} for ${time}, and no more.`,
      yes: 'Accept',
    },
    release: {
      title: 'Release access?',
      text: 'Access ends at once. Ask again if you need it later.',
      yes: 'Release',
    },
  },
  thread: {
    someRule: 'a rule about what engineers do was crossed',
    rule: (name: string, side: 'vendor' | 'customer', limit: string) =>
      `the ${side}’s rule “${name}” was crossed (${limit})`,
    asks: (who: string) => `${who} asks`,
    answers: (who: string) => `${who} answers`,
    firstUse: 'Access begins with the first use.',
    inAll: (number: number) => `${calls(number)} in all.`,
    lapsesAt: 'It lapses',
    beginsAt: 'It begins',
    until: 'Until',
    endsAt: 'It ends',
    at: 'At',
  },
  digest: {
    title: (number: number) =>
      number === 1 ? 'One request waits for a decision' : `${number} requests wait for a decision`,
    silence: 'Silence is a no: a request that no one decides lapses and opens nothing.',
    lapses: 'lapses',
    rule: 'A request that no one decides lapses and opens nothing.',
  },
  home: {
    waiting: 'Waits for you',
    nothingWaits: 'Nothing waits for you.',
    pending: 'You have asked',
    active: 'Active now',
    noneActive: 'No one has access through Countersign.',
    past: 'What was',
    nothingYet: 'Nothing yet.',
    inBrowser: 'Countersign in the browser',
    moreInBrowser: (left: number) => `and ${left} more, in the browser`,
    lapses: 'It lapses',
  },
  list: {
    summary: (waiting: number, open: number) => `${waiting} waiting, ${open} open`,
    waiting: 'Waiting',
    nothingWaits: 'Nothing is waiting.',
    open: 'Open',
    noneOpen: 'No access is open.',
    until: 'until',
  },
  form: {
    close: 'Close',
    back: 'Back',
    oneMoment: 'One moment…',
    done: 'Done.',
    details: { title: 'The whole request' },
    deny: { title: 'Deny this request', submit: 'Deny', why: 'Why? The engineer reads this.' },
    stop: {
      title: 'Stop access',
      lead: 'Access ends at once, at every gateway. It cannot be opened again; a new request can.',
      why: 'Why? It stands in your log.',
    },
    extend: {
      title: 'Ask for more time',
      submit: 'Ask',
      lead: 'A new request for the same scope. If it is approved, it begins when this access ends.',
      minutes: 'How many more minutes?',
      badTime: 'Give a number of minutes.',
      why: 'Why? The customer reads this.',
      sent: 'You have asked for more time.',
    },
    less: {
      title: 'Approve less',
      submit: 'Offer this',
      objects: 'Only these objects',
      objectsHint: (example: string) =>
        `Names separated by spaces or commas, such as ${example}. If left empty, all of them.`,
      stays: 'What stays',
      minutes: 'Minutes',
      minutesHint: (most: string) => `At most ${most}.`,
      note: 'The engineer has to accept this offer. Nothing is open until they do.',
      nothingLeft: 'This leaves nothing. Keep at least one action.',
      unknownObject: 'One of these was not requested.',
      badTime: 'More than zero, and no longer than requested.',
      whole: 'This is the whole request. Leave something out, or go back and approve it.',
    },
    question: {
      title: 'Ask a question',
      submit: 'Send',
      label: 'Your question. The engineer reads it.',
      note: 'The first question stops the deadline until the answer: at most 4 hours, and at most half of the requested time.',
    },
    answer: {
      title: 'Answer the question',
      submit: 'Send',
      asks: (who: string, text: string) => `${who} asks: “${text}”`,
      erased: (who: string) => `${who} asked. The text was erased.`,
      label: 'Your answer. Those who decide read it.',
    },
    forward: {
      title: 'Forward',
      submit: 'Forward',
      colleague: 'Colleague',
      label: 'What your colleague should know',
      note: 'You may still decide it yourself.',
      more: 'More colleagues are listed in the browser.',
    },
    ask: {
      title: 'Ask for access',
      submit: 'Ask',
      customer: 'Customer',
      searchCustomers: 'Search customers',
      service: 'Data service',
      searchServices: 'Search data services',
      what: 'What do you need to do?',
      searchWhat: 'Search resources and actions',
      objects: 'Only these objects',
      objectsHint: 'Names separated by spaces or commas. If left empty, all of them.',
      hiddenFields: 'Hidden fields',
      stayHidden: 'They stay hidden',
      inFull: 'Show them in full: the customer decides it',
      howLong: 'For how long?',
      why: 'Why? The customer reads this.',
      whyHint: 'A sentence, such as “Case 4711: the total of an invoice is wrong”.',
      withoutField: 'This form has no field for it: request this in the browser.',
      incomplete: 'Choose a customer and what you need; then this line shows what will be needed.',
      refused: 'This would be refused:',
      notEvaluated: 'This cannot be evaluated.',
      possible: 'This can be requested. What happens next:',
      vendorReviews: (number: number) =>
        count(number, 'No review at the vendor', 'One review at the vendor', 'reviews at the vendor'),
      approvals: (number: number) =>
        count(
          number,
          'No approval by the customer',
          'One approval by the customer',
          'approvals by the customer',
        ),
      countersigned: 'The customer must countersign with a passkey',
      chooseAll: 'Choose a customer, a data service and a time.',
      chooseAction: 'Choose at least one action.',
      sent: (state: string) => `You have asked. ${state} You are notified here of the outcome.`,
    },
  },
} as const satisfies Shape;

type Review = CardFacts['reviews'][number];
type States = Record<CardFacts['request']['state'], unknown>;

/** What must have a word for each value of the domain. */
interface Shape {
  assurance: Record<Review['assurance'], string>;
  risk: Record<NonNullable<CardFacts['request']['needs']['impact']>['level'], string>;
  heading: States;
  state: States;
  endReason: Record<NonNullable<NonNullable<CardFacts['grant']>['endReason']>, string>;
  [member: string]: unknown;
}

/** The same shape with any texts: a text or a function that makes one. */
type Texts<T> = {
  readonly [K in keyof T]: T[K] extends string
    ? string
    : T[K] extends (...args: infer A) => string
      ? (...args: A) => string
      : Texts<T[K]>;
};

/** One language's catalogue. */
export type Words = Texts<typeof en>;
