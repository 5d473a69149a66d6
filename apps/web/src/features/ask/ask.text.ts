import type { Catalogue } from '../../text/language.js';

const countOf = (count: number, one: string, many: string, none: string): string =>
  count === 0 ? none : count === 1 ? one : `${count} ${many}`;

const en = {
  title: 'Ask for access',
  lead: 'Ask for as little as the case needs. The customer reads every word of this.',
  forAuthority: 'Ask for access for an authority',
  forAuthorityLead:
    'Two others with the role legal decide. Ask for no more than the demand names. The customer reads every word: at once, or when the gag has ended.',
  several: 'Several customers at once',
  tenant: 'Customer',
  chooseTenant: 'Choose a customer …',
  service: 'Data service',
  what: 'What do you need to do?',
  objects: 'Only these objects',
  objectsHint: 'Names, separated by spaces or commas. Leave it empty for all of them.',
  howLong: 'For how long?',
  otherTime: 'Another time',
  minutes: 'Minutes',
  why: 'Why? The customer reads this.',
  whyHint: 'A sentence, such as “Case 4711: the total of an invoice is wrong”.',
  ticket: 'Ticket',
  unmasked: 'Show them in full. The customer decides it.',
  emergency: 'This is an emergency: the customer cannot be asked first',
  emergencyHint:
    'Two reviewers decide instead of the customer. Access begins once the customer has been notified, and you have to explain it afterwards.',
  ticketHint: 'Some customers require one.',
  reasonCode: 'Kind of reason',
  reasonCodeHint: 'Such as support-case or incident. Some customers require one.',
  reasonCodes: {
    'support-case': 'Support case',
    incident: 'Incident',
    maintenance: 'Maintenance',
    migration: 'Migration',
    security: 'Security',
    legal: 'Legal',
  },
  submit: (phrase: string, time: string) => `Ask to ${phrase} for ${time}`,
  submitEmpty: 'Ask for access',
  willNeed: 'What happens next',
  possible: 'You can ask for this.',
  incomplete: 'Choose a customer and what you need. Then you see here what your request needs.',
  refusedTitle: 'This would be refused',
  vendorReviews: (count: number) =>
    countOf(count, 'One review by the vendor', 'reviews by the vendor', 'No review by the vendor'),
  customerApprovals: (count: number) =>
    countOf(
      count,
      'One approval by the customer',
      'approvals by the customer',
      'No approval by the customer',
    ),
  countersigned: 'The customer must countersign with a passkey',
  usually: (time: string) => `This customer usually decides within ${time}.`,
  usuallyUnknown: 'This customer has made too few decisions to say how long it takes.',
  slow: (time: string) => `One in ten decisions takes longer than ${time}.`,
};

const de: typeof en = {
  title: 'Zugriff anfragen',
  lead: 'Fragen Sie so wenig an, wie der Fall erfordert. Der Kunde liest jedes Wort.',
  forAuthority: 'Zugriff für eine Behörde anfragen',
  forAuthorityLead:
    'Zwei andere mit der Rolle Recht entscheiden. Fragen Sie nicht mehr an, als das Verlangen nennt. Der Kunde liest jedes Wort: sofort, oder wenn die Schweigepflicht geendet hat.',
  several: 'Mehrere Kunden zugleich',
  tenant: 'Kunde',
  chooseTenant: 'Kunden wählen …',
  service: 'Datendienst',
  what: 'Was müssen Sie tun?',
  objects: 'Nur diese Objekte',
  objectsHint: 'Namen, getrennt durch Leerzeichen oder Komma. Lassen Sie das Feld für alle leer.',
  howLong: 'Wie lange?',
  otherTime: 'Andere Zeit',
  minutes: 'Minuten',
  why: 'Warum? Der Kunde liest dies.',
  whyHint: 'Ein Satz, etwa „Fall 4711: Die Summe einer Rechnung ist falsch“.',
  ticket: 'Ticket',
  unmasked: 'Im Klartext zeigen. Der Kunde entscheidet das.',
  emergency: 'Das ist ein Notfall: Der Kunde kann nicht vorher gefragt werden',
  emergencyHint:
    'Zwei Prüfer entscheiden an Stelle des Kunden. Der Zugriff beginnt, sobald der Kunde benachrichtigt ist, und Sie müssen ihn danach erklären.',
  ticketHint: 'Manche Kunden verlangen eines.',
  reasonCode: 'Art des Grundes',
  reasonCodeHint: 'Etwa support-case oder incident. Manche Kunden verlangen eine.',
  reasonCodes: {
    'support-case': 'Supportfall',
    incident: 'Störung',
    maintenance: 'Wartung',
    migration: 'Migration',
    security: 'Sicherheit',
    legal: 'Recht',
  },
  submit: (phrase, time) => `Anfragen: ${phrase} für ${time}`,
  submitEmpty: 'Zugriff anfragen',
  willNeed: 'Was dann geschieht',
  possible: 'Das können Sie anfragen.',
  incomplete: 'Wählen Sie einen Kunden und was Sie brauchen. Dann sehen Sie hier, was Ihre Anfrage braucht.',
  refusedTitle: 'Das würde abgewiesen',
  vendorReviews: (count) =>
    countOf(
      count,
      'Eine Prüfung durch den Anbieter',
      'Prüfungen durch den Anbieter',
      'Keine Prüfung durch den Anbieter',
    ),
  customerApprovals: (count) =>
    countOf(
      count,
      'Eine Freigabe durch den Kunden',
      'Freigaben durch den Kunden',
      'Keine Freigabe durch den Kunden',
    ),
  countersigned: 'Der Kunde muss mit einem Passkey gegenzeichnen',
  usually: (time) => `Dieser Kunde entscheidet meist binnen ${time}.`,
  usuallyUnknown: 'Dieser Kunde hat zu selten entschieden, um zu sagen, wie lange er braucht.',
  slow: (time) => `Jede zehnte Entscheidung dauert länger als ${time}.`,
};

export const askTexts: Catalogue<typeof en> = { en, de };
