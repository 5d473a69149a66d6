import type { Catalogue } from '../../text/language.js';

const en = {
  title: 'Privacy controls',
  lead: 'What the vendor may ask for, and what it takes to say yes. Until you have claimed your door, the vendor’s own configuration can overrule it.',
  approvals: 'Approvals that a request needs',
  approvalsHint: 'Each by another person.',
  longest: 'Longest access, in minutes',
  longestHint: 'Left empty, the vendor’s own limit holds.',
  longestWrong: 'A number of minutes, above zero.',
  actions: 'What each action takes',
  actionsLead: 'Actions of all data services of this vendor.',
  action: 'Action',
  level: {
    low: 'Low risk: may be approved in Slack, too',
    medium: 'Decided here, on the web',
    high: 'Only with a passkey',
  },
  never: 'Never',
  neverLead: 'Nobody can ask for these, whatever the reason.',
  noForbidden: 'Nothing is forbidden outright.',
  forbidService: 'Data service',
  forbidResource: 'Resource',
  forbidHint: 'Such as payroll/** for payroll and everything in it.',
  addForbidden: 'Forbid',
  allow: 'Remove',
  save: 'Save these controls',
  saved: 'Saved. What is asked and decided from now on goes by these controls.',
  conflict: 'Somebody else changed these controls meanwhile. What you have changed here is not saved.',
  reload: 'Drop my changes and show what they are now',
  readOnly: 'Your organisation’s admins change these controls.',
  mailCode:
    'You signed in with a code by mail. To change controls, sign in through your organisation’s own sign-in.',
};

export const controlsTexts: Catalogue<typeof en> = { en };
