import type { Catalogue } from '../../text/language.js';

const en = {
  title: 'Privacy controls',
  lead: 'What the vendor may ask for, and what each approval takes. Until you claim your organisation, the vendor’s configuration can overrule these controls.',
  approvals: 'Approvals that a request needs',
  approvalsHint: 'Each by a different person.',
  longest: 'Longest access, in minutes',
  longestHint: 'If you leave it empty, the vendor’s limit applies.',
  longestWrong: 'Enter a number of minutes above zero.',
  actions: 'What each action takes',
  actionsLead: 'The actions of all data services of this vendor.',
  level: {
    low: 'Low risk: may also be approved in Slack',
    medium: 'Decided on the web',
    high: 'Only with a passkey',
  },
  never: 'Never',
  neverLead: 'No one can ask for these, whatever the reason.',
  noForbidden: 'Nothing is forbidden outright.',
  forbidService: 'Data service',
  forbidResource: 'Resource',
  forbidHint: 'Such as payroll/** for payroll and everything in it.',
  addForbidden: 'Forbid',
  allow: 'Remove',
  save: 'Save these controls',
  saved: 'Saved. These controls apply to new requests and decisions.',
  conflict: 'Someone else has changed these controls. Your own changes are not saved.',
  reload: 'Discard my changes and show the present controls',
  readOnly: 'Your organisation’s admins change these controls.',
  mailCode: 'You signed in with a code by mail. To change controls, use your organisation’s own sign-in.',
};

export const controlsTexts: Catalogue<typeof en> = { en };
