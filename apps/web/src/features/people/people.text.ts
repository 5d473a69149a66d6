import type { Catalogue } from '../../text/language.js';

const en = {
  title: 'People',
  lead: 'The people who decide for your organisation. Anyone you remove is signed out everywhere at once. Until you claim your organisation, the vendor’s configuration can change this list.',
  name: 'Name',
  email: 'E-mail',
  roles: 'May',
  role: {
    approver: 'Decide requests, stop access',
    admin: 'Change people and controls, stop access',
    auditor: 'Read everything',
  },
  short: { approver: 'Approver', admin: 'Admin', auditor: 'Auditor' },
  left: 'Has left',
  act: 'Actions',
  edit: 'Change',
  remove: 'Remove',
  add: 'Add a person',
  addConfirm: 'Add',
  save: 'Save',
  back: 'Back',
  removeTitle: (name: string) => `Remove ${name}`,
  removeLead:
    'They are signed out everywhere, and their keys stop working. Requests that they approved and that are still open need another approval.',
  editTitle: (name: string) => `Change ${name}`,
  rolesNeeded: 'Choose at least one.',
  readOnly: 'Your organisation’s admins change this list.',
  mailCode: 'You signed in with a code by mail. To change people, use your organisation’s own sign-in.',
};

export const peopleTexts: Catalogue<typeof en> = { en };
