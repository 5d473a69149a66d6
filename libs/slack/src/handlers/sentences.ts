import type { AccessErrorCode } from '@countersign/access';
import type { UnknownClicker } from '../identity.js';

/** Said to somebody who pressed and is nobody here. Nothing else happens. */
export const STRANGERS: Readonly<Record<UnknownClicker, string>> = {
  unlinked:
    'Countersign does not know this Slack account yet. Sign in on the web once and link it; then press again. Nothing has happened.',
  lapsed:
    'The link between this Slack account and you in Countersign is over: it lasts 30 days. Sign in on the web and link it again. Nothing has happened.',
  removed: 'You are no longer known in Countersign. Nothing has happened.',
  foreign:
    'This Slack workspace is not one that Countersign works with. Sign in on the web and link your account from your own workspace. Nothing has happened.',
  guest:
    'Guests of a workspace are not matched by their address. Sign in on the web and link this account. Nothing has happened.',
  deactivated: 'This Slack account is deactivated. Nothing has happened.',
};

/** One kind sentence for each way in which the domain refuses. What it adds of its own stands behind. */
export const REFUSALS: Readonly<Record<AccessErrorCode, string>> = {
  invalid_request: 'That cannot be done as it stands.',
  forbidden: 'Your roles do not allow this. Nothing has happened.',
  not_found: 'There is no such request, or you may not see it. Nothing has happened.',
  request_refused: 'This cannot be asked for.',
  self_review: 'This is your own request. Somebody else reviews it.',
  channel_not_allowed: 'At this risk it is not decided in Slack. Open it in the browser.',
  countersignature_required: 'This is approved in the browser only, with a passkey.',
  reason_required: 'Say why; the engineer reads it.',
  digest_mismatch:
    'This request has changed since this was written, so nothing was decided. Read it again: it shows now what is asked.',
  already_decided: 'This was handled already; what you pressed has changed nothing.',
  wrong_state: 'It is not your turn just now; what you pressed has changed nothing.',
  controls_changed: 'Your controls have changed since this was asked, and no longer allow it.',
  grant_not_active: 'This access has ended already. Nothing is open.',
  idempotency_key_reused: 'This form was sent already. Open a new one.',
  conflict: 'Somebody else pressed at the same moment. Read it again.',
  already_registered: 'This is registered already.',
  tenant_claimed: 'This tenant decides on it itself, in the browser.',
};

export const SENTENCES = {
  unreadable: 'This button is not one of ours any more. Nothing has happened.',
  unexpected: (id: string) =>
    `Something went wrong here, and nothing was decided that you do not see. It is in the log under ${id}.`,
  approved: 'Your approval is recorded.',
  denied: 'Your denial is recorded.',
  offered: 'Your offer is recorded. Nothing is open until the engineer accepts it.',
  accepted: 'You have accepted the offer.',
  withdrawn: 'The request is taken back.',
  stopped: 'Access is stopped.',
  released: 'You have given access back.',
  nothingLeft: 'Nothing that was asked for is left by that.',
  noGrant: 'No access was opened by this request.',
  stoppedInSlack: 'Stopped in Slack',
  onlyEngineers:
    'Engineers of the vendor ask for access. What waits for you stands in Countersign’s Home tab.',
} as const;

export const HELP = [
  '*/access*: ask for access. A form opens; it says at once what will be needed.',
  '*/access list*: your requests that wait, and the access that is open.',
  '*/access help*: this.',
  'What you ask for is decided by the vendor’s reviewers and by the customer. You are told here, in one thread a request.',
].join('\n');
