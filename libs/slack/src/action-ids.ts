/** What can be pressed, and what a press is heard as. */
export const ACTIONS = {
  approve: 'request.approve',
  readOnly: 'request.offer.read_only',
  halfTime: 'request.offer.half_time',
  onlyObjects: 'request.offer.objects',
  less: 'request.offer.less',
  deny: 'request.deny',
  accept: 'request.accept',
  withdraw: 'request.withdraw',
  stop: 'grant.stop',
  release: 'grant.release',
  /** A link: Slack tells of it all the same, and wants an answer. */
  open: 'open',
  ask: 'ask',
} as const;

/** Modals, by the `callback_id` that they are heard as. */
export const FORMS = {
  ask: 'ask',
  less: 'offer.less',
  deny: 'request.deny',
  stop: 'grant.stop',
} as const;

/** The `callback_id` of the global shortcut, and the slash command, as the manifest names them. */
export const SHORTCUT = 'ask_for_access';
export const COMMAND = '/access';
