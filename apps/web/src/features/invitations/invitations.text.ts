import type { Catalogue } from '../../text/language.js';

const en = {
  title: 'Invite',
  lead: 'Approve beforehand: a request that fits an invitation needs no further approval of yours. Every call is still recorded.',
  support: (vendor: string) => `${vendor} may`,
  service: 'Data service',
  ticket: 'For case',
  ticketHint: 'Only requests that name this ticket fit.',
  until: 'Until',
  untilHint: (zone: string) => `Your time zone: ${zone}. Every access ends before then.`,
  longest: 'Each time at most, in minutes',
  longestHint: 'Leave it empty for the longest time that the policies allow.',
  longestMost: (time: string) => `The policies allow at most ${time}. Leave it empty for that.`,
  eachTime: (time: string) => `Each access lasts ${time} at most.`,
  uses: 'How often',
  usesHint: 'Leave it empty for any number of times.',
  submit: (phrase: string, ticket: string) =>
    ticket === '' ? `Let support ${phrase}` : `Let support ${phrase}, for case ${ticket}`,
  submitEmpty: 'Choose what support may do',
  signs: 'You sign this with your passkey.',
  noPasskey: 'You sign this with a passkey, and you have no valid one yet.',
  sent: 'Support may now do what you chose.',
  open: 'Open invitations',
  none: 'No invitation is open',
  noneLead: 'Support asks you each time.',
  what: 'May',
  case: 'Case',
  any: 'any',
  used: 'Used',
  usedOf: (used: string, uses: string) => `${used} of ${uses}`,
  by: 'By',
  act: 'Actions',
  withdraw: 'Withdraw',
  withdrawHint: 'If you withdraw an invitation, every access that it opened ends.',
};

export const invitationsTexts: Catalogue<typeof en> = { en };
