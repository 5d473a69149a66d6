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
  emergency: 'In an emergency',
  emergencyNone:
    'No access is ever opened without your approval. You may list what the vendor’s reviewers can open in an emergency; you are notified before it begins.',
  emergencyLead:
    'Two of the vendor’s reviewers may open these without your approval. You are notified before it begins, you can stop it at once, and the vendor has to explain it. Once your organisation is claimed, your trust document has to list the same.',
  emergencyRule: (actions: string, services: string, time: string) =>
    `${actions} in ${services}, at most ${time}`,
  emergencyLongest: 'Longest access in an emergency, in minutes',
  emergencyDue: 'Explanation due after, in hours',
  emergencyAdd: 'Allow in an emergency',
  further: 'Rules for some requests',
  furtherLead:
    'By service, resource, action and risk: more approvals, stages in order, a shorter time. Every rule that fits a request applies, and the strictest wins.',
  furtherText: 'Rules, supervision, deputies and zone, as JSON',
  furtherHint:
    'The members “rules”, “supervision”, “deputies”, “unnotified” and “zone” of the privacy controls. Groups are those of your people. “supervision” watches open access: for example, more than 100 calls of one engineer in 5 minutes pause it.',
  furtherWrong: 'This is not a JSON object.',
  furtherOwnField: (member: string) => `“${member}” has fields of its own on this page. Take it out here.`,
  tryDraft: 'Try on past requests',
  tried: (tested: number, refused: number, possible: number, others: number) =>
    `${tested} past requests tried: ${refused} would be refused that are possible now, ${possible} the other way round, ${others} would need other approvals.`,
  triedCaption: 'Past requests that these controls would treat in another way',
  triedWhat: 'Request',
  triedNow: 'By the saved controls',
  triedDraft: 'By these controls',
  triedWhy: 'Why',
  triedAllowed: (why: string) => `No longer refused: ${why}`,
  triedEasier: 'Fewer approvals, or more ways to approve.',
  outcome: { possible: 'Possible', refused: 'Refused' },
  save: 'Save these controls',
  saved: 'Saved. These controls apply to new requests and decisions.',
  savedWaiting:
    'What narrows is saved. What widens waits, because your controls say so: see the top of this page.',
  trustDecides:
    'Your trust document applies too. Where it is stricter, it decides: in the number of approvals, in what must be countersigned, and in what is forbidden.',
  toTrust: 'Read the trust document',
  conflict: 'Someone else has changed these controls. Your own changes are not saved.',
  reload: 'Discard my changes and show the present controls',
  readOnly: 'Your organisation’s admins change these controls.',
  mailCode:
    'You signed in with a code by mail. To change controls, use your organisation’s own sign-in, or sign in with your passkey too: on the page “Passkeys”.',
};

const de: typeof en = {
  title: 'Datenschutzregeln',
  lead: 'Was der Anbieter anfragen darf und was jede Freigabe braucht. Bis Sie Ihre Organisation beanspruchen, kann die Konfiguration des Anbieters diese Regeln überstimmen.',
  approvals: 'Freigaben, die eine Anfrage braucht',
  approvalsHint: 'Jede von einer anderen Person.',
  longest: 'Längster Zugriff, in Minuten',
  longestHint: 'Wenn das Feld leer ist, gilt die Grenze des Anbieters.',
  longestWrong: 'Geben Sie eine Zahl von Minuten über null ein.',
  actions: 'Was jede Aktion braucht',
  actionsLead: 'Die Aktionen aller Datendienste dieses Anbieters.',
  level: {
    low: 'Geringes Risiko: auch in Slack freizugeben',
    medium: 'Im Web zu entscheiden',
    high: 'Nur mit einem Passkey',
  },
  never: 'Niemals',
  neverLead: 'Niemand kann das anfragen, aus welchem Grund auch immer.',
  noForbidden: 'Nichts ist ganz verboten.',
  forbidService: 'Datendienst',
  forbidResource: 'Ressource',
  forbidHint: 'Etwa payroll/** für payroll und alles darin.',
  addForbidden: 'Verbieten',
  allow: 'Entfernen',
  emergency: 'Im Notfall',
  emergencyNone:
    'Kein Zugriff wird je ohne Ihre Freigabe eröffnet. Sie können auflisten, was Prüfer des Anbieters im Notfall öffnen dürfen; Sie werden benachrichtigt, bevor er beginnt.',
  emergencyLead:
    'Zwei Prüfer des Anbieters dürfen das ohne Ihre Freigabe öffnen. Sie werden benachrichtigt, bevor es beginnt, Sie können es sofort stoppen, und der Anbieter muss es erklären. Sobald Ihre Organisation beansprucht ist, muss Ihr Vertrauensdokument dasselbe auflisten.',
  emergencyRule: (actions, services, time) => `${actions} in ${services}, höchstens ${time}`,
  emergencyLongest: 'Längster Zugriff im Notfall, in Minuten',
  emergencyDue: 'Erklärung fällig nach, in Stunden',
  emergencyAdd: 'Im Notfall erlauben',
  further: 'Regeln für manche Anfragen',
  furtherLead:
    'Nach Dienst, Ressource, Aktion und Risiko: mehr Freigaben, Stufen nacheinander, kürzere Zeit. Jede Regel, die auf eine Anfrage passt, gilt, und die strengste entscheidet.',
  furtherText: 'Regeln, Aufsicht, Vertretungen und Zeitzone, als JSON',
  furtherHint:
    'Die Angaben „rules“, „supervision“, „deputies“, „unnotified“ und „zone“ der Datenschutzregeln. Gruppen sind die Ihrer Personen. „supervision“ beaufsichtigt offene Zugriffe: Zum Beispiel halten mehr als 100 Aufrufe einer Person in 5 Minuten den Zugriff an.',
  furtherWrong: 'Das ist kein JSON-Objekt.',
  furtherOwnField: (member) => `„${member}“ hat eigene Felder auf dieser Seite. Nehmen Sie es hier heraus.`,
  tryDraft: 'An früheren Anfragen erproben',
  tried: (tested, refused, possible, others) =>
    `${tested} frühere Anfragen erprobt: ${refused} würden abgewiesen und sind jetzt möglich, ${possible} umgekehrt, ${others} bräuchten andere Freigaben.`,
  triedCaption: 'Frühere Anfragen, die diese Regeln anders behandeln würden',
  triedWhat: 'Anfrage',
  triedNow: 'Nach den gespeicherten Regeln',
  triedDraft: 'Nach diesen Regeln',
  triedWhy: 'Warum',
  triedAllowed: (why) => `Nicht mehr abgewiesen: ${why}`,
  triedEasier: 'Weniger Freigaben oder mehr Wege zur Freigabe.',
  outcome: { possible: 'Möglich', refused: 'Abgewiesen' },
  save: 'Regeln speichern',
  trustDecides:
    'Auch Ihr Vertrauensdokument gilt. Wo es strenger ist, entscheidet es: bei der Zahl der Freigaben, bei dem, was gegengezeichnet werden muss, und bei dem, was verboten ist.',
  toTrust: 'Zum Vertrauensdokument',
  saved: 'Gespeichert. Diese Regeln gelten für neue Anfragen und Entscheidungen.',
  savedWaiting:
    'Was verschärft, ist gespeichert. Was lockert, wartet, weil Ihre Regeln es so sagen: siehe oben auf dieser Seite.',
  conflict: 'Jemand anderes hat diese Regeln geändert. Ihre Änderungen sind nicht gespeichert.',
  reload: 'Meine Änderungen verwerfen und die jetzigen Regeln zeigen',
  readOnly: 'Die Admins Ihrer Organisation ändern diese Regeln.',
  mailCode:
    'Sie haben sich mit einem Code per Mail angemeldet. Um Regeln zu ändern, nutzen Sie die Anmeldung Ihrer Organisation, oder melden Sie sich dazu mit Ihrem Passkey an: auf der Seite „Passkeys“.',
};

export const controlsTexts: Catalogue<typeof en> = { en, de };
