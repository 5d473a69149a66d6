/** The `action_id` of every button. Slack sends it back with a press. */
export const ACTIONS = {
  approve: 'request.approve',
  readOnly: 'request.offer.read_only',
  halfTime: 'request.offer.half_time',
  onlyObjects: 'request.offer.objects',
  less: 'request.offer.less',
  deny: 'request.deny',
  question: 'request.ask',
  answer: 'request.answer',
  forward: 'request.forward',
  accept: 'request.accept',
  withdraw: 'request.withdraw',
  details: 'request.details',
  stop: 'grant.stop',
  release: 'grant.release',
  extend: 'grant.extend',
  /** Links. Slack sends a press on them too and expects an acknowledgement. */
  open: 'open',
  openService: 'open.service',
  ask: 'ask',
} as const;

/** The `callback_id` of every modal. */
export const FORMS = {
  ask: 'ask',
  less: 'offer.less',
  deny: 'request.deny',
  question: 'request.ask',
  answer: 'request.answer',
  forward: 'request.forward',
  stop: 'grant.stop',
  extend: 'grant.extend',
} as const;

/** The `callback_id` of the global shortcut, and the slash command. Both are also in docs/slack/manifest.yaml. */
export const SHORTCUT = 'ask_for_access';
export const COMMAND = '/access';
