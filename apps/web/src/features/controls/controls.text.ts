import type { Catalogue } from '../../text/languages.js';

const en = {
  title: 'Privacy controls',
  lead: 'What the vendor may ask for, and what each approval takes.',
  leadUnclaimed: 'Until you claim your organisation, the vendor’s configuration can overrule these controls.',
  approvals: 'Approvals that a request needs',
  actions: 'What each action takes',
  actionsLead:
    'The actions of all data services of this vendor. An action that may be approved in Slack has a low risk if it only reads.',
  level: {
    low: 'May be approved in Slack too',
    medium: 'Decided on the web',
    high: 'Sensitive: only with a passkey',
  },
  never: 'Never',
  neverLead: 'No one can ask for these, whatever the reason.',
  noForbidden: 'Nothing is forbidden outright.',
  forbidService: 'Data service',
  forbidResource: 'Resource',
  forbidHint: 'Such as payroll/** for payroll and everything in it.',
  addForbidden: 'Forbid',
  allow: 'Remove',
  trustDecides:
    'Your trust document applies too. Where it is stricter, it decides: in the number of approvals, in what must be countersigned, and in what is forbidden.',
  toTrust: 'Read the trust document',
  readOnly: 'Your organisation’s admins change these controls.',
  mailCode:
    'You signed in with a code by mail. To change controls, use your organisation’s own sign-in, or sign in with your passkey too: on the page “Passkeys”.',
};

const de: typeof en = {
  title: 'Datenschutzregeln',
  lead: 'Was der Anbieter anfragen darf und was jede Freigabe braucht.',
  leadUnclaimed:
    'Bis Sie Ihre Organisation beanspruchen, kann die Konfiguration des Anbieters diese Regeln überstimmen.',
  approvals: 'Freigaben, die eine Anfrage braucht',
  actions: 'Was jede Aktion braucht',
  actionsLead:
    'Die Aktionen aller Datendienste dieses Anbieters. Eine Aktion, die auch in Slack freigegeben werden darf, hat geringes Risiko, wenn sie nur liest.',
  level: {
    low: 'Auch in Slack freizugeben',
    medium: 'Im Web zu entscheiden',
    high: 'Heikel: nur mit einem Passkey',
  },
  never: 'Niemals',
  neverLead: 'Niemand kann das anfragen, aus welchem Grund auch immer.',
  noForbidden: 'Nichts ist ganz verboten.',
  forbidService: 'Datendienst',
  forbidResource: 'Ressource',
  forbidHint: 'Etwa payroll/** für payroll und alles darin.',
  addForbidden: 'Verbieten',
  allow: 'Entfernen',
  trustDecides:
    'Auch Ihr Vertrauensdokument gilt. Wo es strenger ist, entscheidet es: bei der Zahl der Freigaben, bei dem, was gegengezeichnet werden muss, und bei dem, was verboten ist.',
  toTrust: 'Zum Vertrauensdokument',
  readOnly: 'Die Admins Ihrer Organisation ändern diese Regeln.',
  mailCode:
    'Sie haben sich mit einem Code per Mail angemeldet. Um Regeln zu ändern, nutzen Sie die Anmeldung Ihrer Organisation, oder melden Sie sich dazu mit Ihrem Passkey an: auf der Seite „Passkeys“.',
};

export const controlsTexts: Catalogue<typeof en> = { en, de };
