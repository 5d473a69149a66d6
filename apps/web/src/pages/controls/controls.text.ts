import type { Catalogue } from '../../text/language.js';

const en = {
  title: 'Privacy controls',
  lead: 'What the vendor may ask for, and what it takes to say yes.',
  approvals: 'Approvals that a request needs',
  approvalsHint: 'Each by another person.',
  longest: 'Longest access, in minutes',
  longestHint: 'Left empty, the vendor’s own limit holds.',
  longestWrong: 'A number of minutes, at least 1.',
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
  forbidAll: (resource: string, service: string) => `${service}: ${resource}`,
  forbidSome: (actions: string, resource: string, service: string) => `${service}: ${actions} ${resource}`,
  addForbidden: 'Forbid',
  allow: 'Remove',
  save: 'Save these controls',
  saved: 'Saved. Requests that wait are judged by these controls from now on.',
  conflict: 'Somebody else changed these controls meanwhile.',
  reload: 'Show what they are now',
  readOnly: 'Your organisation’s admins change these controls.',
  mailCode:
    'You signed in with a code by mail. To change controls, sign in through your organisation’s own sign-in.',
};

export const controlsTexts: Catalogue<typeof en> = { en };
