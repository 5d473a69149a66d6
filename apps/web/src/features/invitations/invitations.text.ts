import type { Catalogue } from '../../text/language.js';

const en = {
  title: 'Invite',
  lead: 'Open the door yourself: what fits an invitation needs no further yes of yours. Every call is recorded all the same.',
  support: (vendor: string) => `${vendor} may`,
  service: 'Data service',
  ticket: 'For case',
  ticketHint: 'Only requests that name this ticket fit.',
  until: 'Until',
  untilHint: (zone: string) => `Your time: ${zone}. Every access ends before it.`,
  longest: 'Each time at most, in minutes',
  longestHint: 'Left empty, as long as the policies allow.',
  longestMost: (time: string) => `At most ${time}, as the policies stand. Left empty, it is that.`,
  eachTime: (time: string) => `Each access lasts ${time} at most.`,
  uses: 'How often',
  usesHint: 'Left empty, as often as needed until then.',
  submit: (phrase: string, ticket: string) =>
    ticket === '' ? `Let support ${phrase}` : `Let support ${phrase}, for case ${ticket}`,
  submitEmpty: 'Choose what support may do',
  signs: 'You sign this with your passkey.',
  noPasskey: 'This is signed with a passkey, and you have none that counts yet.',
  sent: 'The door is open for what you named.',
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
  withdrawHint: 'Withdrawing ends every access that the invitation opened.',
};

export const inviteTexts: Catalogue<typeof en> = { en };
