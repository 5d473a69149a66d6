import type { Catalogue } from '../../text/language.js';

const en = {
  title: 'My access',
  ask: 'Ask for access',
  open: 'Open now',
  waiting: 'Waiting',
  before: 'Before',
  none: 'You have no access and no open request',
  noneLead: 'Ask for what the case needs, for as long as it needs it.',
  offered: 'The customer offers less. Read the offer, then accept it or take your request back.',
  when: 'When',
  what: 'What',
  tenant: 'Customer',
  state: 'State',
};

export const myAccessTexts: Catalogue<typeof en> = { en };
