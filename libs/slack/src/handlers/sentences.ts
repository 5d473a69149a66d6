import type { AccessError, AccessErrorCode } from '@countersign/access';
import type { Language } from '@countersign/contract';
import type { UnknownClicker } from '../identity.js';
import { de } from './sentences.de.js';

/** The answer to a Slack user whom Countersign does not know. Nothing else happens. */
const unknown: Readonly<Record<UnknownClicker, string>> = {
  unlinked:
    'Countersign does not know this Slack account yet. Sign in on the web once and link it; then press again. Nothing has happened.',
  lapsed:
    'The link between this Slack account and your Countersign account has expired: it lasts 30 days. Sign in on the web and link it again. Nothing has happened.',
  removed: 'You no longer have an account in Countersign. Nothing has happened.',
  foreign:
    'This Slack workspace is not one that Countersign works with. Sign in on the web and link your account from your own workspace. Nothing has happened.',
  guest:
    'Guests of a workspace are not matched by e-mail address. Sign in on the web and link this account. Nothing has happened.',
  deactivated: 'This Slack account is deactivated. Nothing has happened.',
};

/** One friendly sentence for each error code of the domain. Details follow it if they help. */
const refusals: Readonly<Record<AccessErrorCode, string>> = {
  invalid_request: 'That is not possible.',
  forbidden: 'Your roles do not allow this. Nothing has happened.',
  fresh_sign_in_required: 'This needs a fresh sign-in in the browser. Nothing has happened.',
  not_found: 'There is no such request, or you may not see it. Nothing has happened.',
  legal_hold: 'A legal hold keeps everything. Nothing has happened.',
  too_recent: 'This is too recent for that. Nothing has happened.',
  not_erasable: 'This cannot be erased. Nothing has happened.',
  pruned: 'The log no longer has this.',
  request_refused: 'This cannot be requested.',
  self_review: 'This is your own request. Someone else has to review it.',
  channel_not_allowed: 'It cannot be approved in Slack. Open it in the browser.',
  countersignature_required: 'This can only be approved in the browser, with a passkey.',
  reason_required: 'Give a reason; the engineer reads it.',
  digest_mismatch:
    'This request has changed since you read it, so nothing was decided. Read it again: it now shows what is requested.',
  already_decided: 'This was handled already; your press has changed nothing.',
  wrong_state: 'It is not your turn now; your press has changed nothing.',
  controls_changed: 'Your privacy controls have changed since this was requested, and no longer allow it.',
  grant_not_active: 'This access has ended already. Nothing is open.',
  idempotency_key_reused: 'This form was sent already. Open a new one.',
  other_person: 'You are signed in as another person. Nothing has happened.',
  conflict: 'Someone else pressed at the same moment. Read it again.',
  already_registered: 'This is registered already.',
  tenant_claimed: 'The tenant decides on this itself, in the browser.',
};

const said = {
  unreadable: 'This button is not one of ours. Nothing has happened.',
  unexpected: (id: string) =>
    `Something went wrong. What you see shows everything that was decided. The log has the error under ${id}.`,
  approved: 'Your approval is recorded.',
  offered: 'Your offer is recorded. Nothing is open until the engineer accepts it.',
  accepted: 'You have accepted the offer.',
  withdrawn: 'The request is withdrawn.',
  released: 'You have released access.',
  nothingLeft: 'That would leave nothing of the request.',
  noGrant: 'This request has not opened any access.',
  questionWaits: 'A question waits for its answer already. Read the thread.',
  noQuestion: 'No question waits for an answer.',
  noColleague: 'It is not your turn, or no colleague of yours may decide this now.',
  stoppedInSlack: 'Stopped in Slack',
  notSent: (errors: string) => `Nothing was sent. ${errors} Close this and start again.`,
  onlyEngineers:
    'Only engineers of the vendor ask for access. Countersign’s Home tab shows what waits for you.',
} as const;

const help = [
  '*/access*: ask for access. A form opens and shows at once what will be needed.',
  '*/access list*: the requests that wait, and the access that is open.',
  '*/access help*: this text.',
  'The vendor’s reviewers and the customer decide on your request. You are notified here, in one thread per request.',
].join('\n');

/** What the app says to one person, in one language. */
export interface Sentences {
  unknown: typeof unknown;
  refusals: typeof refusals;
  said: {
    readonly [K in keyof typeof said]: (typeof said)[K] extends string ? string : (text: string) => string;
  };
  help: string;
}

const CATALOGUES: Readonly<Record<Language, Sentences>> = { en: { unknown, refusals, said, help }, de };

/** The sentences in the language of the settings. */
export const sentencesOf = ({ language }: { language: Language }): Sentences => CATALOGUES[language];

/** What a form shows under a field. The domain's own messages are English; in other languages its code has a sentence. */
export const messageOf = (
  { language }: { language: Language },
  { code, message }: Pick<AccessError, 'code' | 'message'>,
): string => (language === 'en' ? message : sentencesOf({ language }).refusals[code]);
