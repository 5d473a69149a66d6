import type { Catalogue } from '../../text/languages.js';

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
  start: 'When does access begin?',
  starts: { approval: 'Once it is approved', later: 'Later', 'first-use': 'With the first use' },
  startsAt: 'Not before',
  inThePast: 'This time is over.',
  useBy: 'Use it by',
  useByHint: 'If it is not used until then, it ends unused. At most 7 days ahead.',
  calls: 'At most so many calls',
  callsHint: 'Leave it empty for as many as the rules allow.',
  filledBy: {
    draft: 'This is the draft that you left here.',
    request: 'Filled in from your earlier request. Its times are not taken over.',
    template: 'Filled in from your template. Check each field: this is a request of its own.',
  },
  discard: 'Begin again',
  why: 'Why? The customer reads this.',
  whyHint: 'A sentence, such as “Case 4711: the total of an invoice is wrong”.',
  unmasked: 'Show them in full. The customer decides it.',
  emergency: 'This is an emergency: the customer cannot be asked first',
  emergencyHint:
    'Two reviewers decide instead of the customer. Access begins once the customer has been notified, and you have to explain it afterwards.',
  submit: (phrase: string, time: string) => `Ask to ${phrase} for ${time}`,
  submitEmpty: 'Ask for access',
  willNeed: 'What happens next',
  possible: 'You can ask for this.',
  incomplete: 'Choose a customer and what you need. Then you see here what your request needs.',
  timeIncomplete: 'Choose a customer, what you need and a time. Then you see here what your request needs.',
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
  start: 'Wann beginnt der Zugriff?',
  starts: { approval: 'Nach der Freigabe', later: 'Später', 'first-use': 'Mit der ersten Nutzung' },
  startsAt: 'Nicht vor',
  inThePast: 'Diese Zeit ist vorbei.',
  useBy: 'Nutzen bis',
  useByHint: 'Bis dahin ungenutzt, endet er ungenutzt. Höchstens 7 Tage voraus.',
  calls: 'Höchstens so viele Aufrufe',
  callsHint: 'Lassen Sie das Feld leer für so viele, wie die Regeln erlauben.',
  filledBy: {
    draft: 'Das ist der Entwurf, den Sie hier gelassen haben.',
    request: 'Ausgefüllt nach Ihrer früheren Anfrage. Deren Zeiten werden nicht übernommen.',
    template: 'Ausgefüllt nach Ihrer Vorlage. Prüfen Sie jedes Feld: Dies ist eine eigene Anfrage.',
  },
  discard: 'Neu beginnen',
  why: 'Warum? Der Kunde liest dies.',
  whyHint: 'Ein Satz, etwa „Fall 4711: Die Summe einer Rechnung ist falsch“.',
  unmasked: 'Im Klartext zeigen. Der Kunde entscheidet das.',
  emergency: 'Das ist ein Notfall: Der Kunde kann nicht vorher gefragt werden',
  emergencyHint:
    'Zwei Prüfer entscheiden an Stelle des Kunden. Der Zugriff beginnt, sobald der Kunde benachrichtigt ist, und Sie müssen ihn danach erklären.',
  submit: (phrase, time) => `Anfragen: ${phrase} für ${time}`,
  submitEmpty: 'Zugriff anfragen',
  willNeed: 'Was dann geschieht',
  possible: 'Das können Sie anfragen.',
  incomplete: 'Wählen Sie einen Kunden und was Sie brauchen. Dann sehen Sie hier, was Ihre Anfrage braucht.',
  timeIncomplete:
    'Wählen Sie einen Kunden, was Sie brauchen und eine Zeit. Dann sehen Sie hier, was Ihre Anfrage braucht.',
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
