import type {
  AccountWords,
  AddressWords,
  PracticeWords,
  ReviewWords,
  StatementWords,
  TrustWords,
  Words,
} from './words.js';

export const access: Words = {
  labels: {
    offered: 'Stattdessen angeboten',
    lapses: 'Die Anfrage verfällt',
    decided: 'Entschieden',
    wouldBegin: 'Der Zugriff würde beginnen',
    wouldEnd: 'Der Zugriff würde enden',
    starts: 'Der Zugriff beginnt',
    began: 'Der Zugriff begann',
    ends: 'Der Zugriff endet',
    ended: 'Der Zugriff endete',
    end: 'Zugriff',
    because: 'Grund des Endes',
    due: 'Erklärung fällig',
    said: 'Gesagt',
    rule: 'Regel',
    by: 'Von',
    reason: 'Angegebener Grund',
    blocked: 'Kein Aufruf geht durch',
  },
  endReason: {
    expired: 'die Zeit war um',
    revoked: 'er wurde gestoppt',
    released: 'er wurde zurückgegeben',
    exhausted: 'das Budget war aufgebraucht',
  },
  sides: { vendor: 'Anbieter', customer: 'Kunde' },
  erased: '(gelöscht)',
  nothingOpened: 'keiner wurde geöffnet',
  withFirstUse: 'mit der ersten Nutzung',
  never: 'nie',
  isExtension: 'Das setzt einen früheren Zugriff fort, ab dessen vorgesehenem Ende.',
  onceNotified: 'sobald einer Ihrer Kanäle diese Nachricht erhalten hat',
  stopAtOnce: 'Auf der Seite können Sie ihn ablehnen, bevor er beginnt, und jederzeit stoppen.',
  crossed: (rule, side, limit) => `„${rule}“ ${side === 'vendor' ? 'des Anbieters' : 'des Kunden'}: ${limit}`,
  afterApproval: (duration, latest) => `${duration} nach der Freigabe, spätestens ${latest}`,
  afterFirstUse: (duration, latest) => `${duration} nach der ersten Nutzung, spätestens ${latest}`,
  silence: 'Entscheidet niemand, verfällt die Anfrage und gibt nichts frei.',
  open: 'Anfrage öffnen',
  footer: 'Diese Mail öffnet nichts und entscheidet nichts. Sie entscheiden angemeldet auf der Seite.',
  code: {
    subject: 'Ihr Code zur Anmeldung bei Countersign',
    sentence: (tenant, minutes) =>
      `Dieser Code meldet Sie für ${tenant} an. Tippen Sie ihn innerhalb von ${minutes} Minuten auf der Seite ein, die danach gefragt hat, im selben Browser:`,
    footer:
      'Niemand wird Sie je danach fragen. Haben Sie keinen Code verlangt, lassen Sie ihn liegen: Von selbst bewirkt er nichts.',
  },
};

export const trust: TrustWords = {
  labels: {
    at: 'Wann',
    by: 'Von',
    fingerprint: 'Fingerabdruck',
    seq: 'Fassung',
    validUntil: 'Gültig bis',
    reason: 'Grund',
    what: 'Was',
  },
  host: 'dem Host des Anbieters',
  everything: 'jeder Zugriff',
  oneGrant: 'ein Zugriff',
  open: 'Seite öffnen',
  footer:
    'Diese Mail öffnet nichts und entscheidet nichts. Sie unterschreiben auf der Seite, mit Ihrem Passkey.',
};

export const account: AccountWords = {
  labels: { at: 'Wann', key: 'Schlüssel', until: 'Gültig bis' },
  own: 'Wenn Sie das nicht erwartet haben, widerrufen Sie den Schlüssel auf der Seite und melden Sie es Ihren Admins.',
  others:
    'Wenn das niemand erwartet hat, bitten Sie die Person, den Schlüssel zu widerrufen, oder entfernen Sie sie.',
  open: 'Seite öffnen',
  footer: 'Diese Mail öffnet nichts und entscheidet nichts. Der Schlüssel selbst steht in keiner Mail.',
  choicesFooter: 'Diese Mail öffnet nichts und entscheidet nichts. Sie geht hinaus, was immer Sie wählen.',
};

export const statement: StatementWords = {
  labels: { complete: 'Vollständig', log: 'Ihr Protokoll' },
  complete: 'ja: jedes Gateway hat seine Aufzeichnungen über das Ende des Tages hinaus unterschrieben',
  incomplete: 'nein: Die Erklärung nennt jedes Gateway, dessen Aufzeichnungen fehlen können, und ab wann',
  log: (size, root) => `${size} Einträge, Wurzel ${root}`,
  sealed: 'Ausgenommen ist, was der versiegelte Eintrag dieses Tages enthalten kann, bis er geöffnet wird.',
  open: 'Die unterschriebene Erklärung lesen',
  footer:
    'Diese Mail öffnet nichts und entscheidet nichts. Prüfen Sie die Erklärung mit: countersign log statement --verify DATEI',
};

export const review: ReviewWords = {
  labels: {
    quarter: 'Quartal ab',
    open: 'Nicht beantwortet',
    due: 'Fällig',
    answered: 'Beantwortet',
    lapsed: 'Verfallen',
    kept: 'Ohne Antwort behalten',
  },
  open: 'Zugangsprüfung öffnen',
  footer: 'Diese Mail öffnet nichts und entscheidet nichts.',
};

export const practice: PracticeWords = {
  labels: {
    due: 'Antworten bis',
    passed: 'Bestanden',
    wrong: 'Falsche Antwort',
    passkey: 'Passkey fehlgeschlagen',
    unanswered: 'Keine Antwort',
  },
  open: 'Übung öffnen',
  footer: 'Diese Mail öffnet nichts und entscheidet nichts.',
};

export const address: AddressWords = {
  headline: {
    emergency: 'ein Notfallzugriff steht bevor',
    disclosure: 'die Erklärung zu einem Notfall',
    demand: 'ein Zugriff für ein behördliches Verlangen steht bevor',
    access: 'ein Zugriff hat begonnen oder geendet',
    supervision: 'eine Regel der Aufsicht',
    widening: 'eine Lockerung der Datenschutzregeln, oder jemand soll mehr entscheiden',
    trust: 'das Vertrauensdokument, ein Stopp oder das Protokoll',
    review: 'die vierteljährliche Zugangsprüfung',
    practice: 'nicht alle Freigebenden haben die Übung bestanden',
    statement: 'die Erklärung des Tages',
  },
  sentence: (headline, tenant) =>
    `Eine Nachricht zu ${tenant}: ${headline}. Melden Sie sich an, um mehr zu lesen.`,
  labels: { kind: 'Nachricht', at: 'Um', address: 'Adresse' },
  open: 'Countersign öffnen',
  footer: 'Diese Mail öffnet nichts, entscheidet nichts und meldet niemanden an.',
  code: {
    subject: (tenant) => `Bestätigen Sie diese Adresse für Nachrichten von ${tenant}`,
    sentence: (tenant, hours) =>
      `Die Administration von ${tenant} möchte Nachrichten an diese Adresse senden. Wenn das stimmt, geben Sie ihr diesen Code. Er gilt ${hours} Stunden:`,
    footer: 'Wenn Sie das nicht erwarten, tun Sie nichts: Ohne den Code wird hierher nichts weiter gesendet.',
  },
};
