import type { Catalogue } from '../../text/language.js';

const en = {
  lead: (email: string) => `Signed in as ${email}.`,
  sessions: 'Where you are signed in',
  sessionsLead: 'Browsers, and command lines that a browser let in. End what you do not know.',
  device: 'Device',
  kind: { web: 'Browser', cli: 'Command line' },
  here: 'this browser',
  since: 'Since',
  used: 'Last used',
  until: 'At the latest until',
  act: 'Actions',
  end: 'End',
};

export const accountTexts: Catalogue<typeof en> = { en };
