import type {
  AccountWords,
  AddressWords,
  Names,
  PracticeWords,
  ReviewWords,
  StatementWords,
  TrustNames,
  TrustWords,
  Words,
} from './words.js';

const introduction = ({ requester, tenant, service, duration }: Names) =>
  `${requester} hat für ${duration} um Zugriff auf die Daten von ${tenant} in ${service} gebeten.`;
const asks = ({ requester, tenant, service, duration }: Names) =>
  `${requester} bittet für ${duration} um Zugriff auf die Daten von ${tenant} in ${service}.`;

export const access: Words = {
  subject: {
    'request.awaiting_vendor': (n) => `Ihre Prüfung: ${n.requester} bittet um Zugriff auf ${n.tenant}`,
    'request.awaiting_customer': (n) => `Ihre Entscheidung: ${n.requester} bittet um Zugriff auf ${n.tenant}`,
    'request.countered': (n) => `${n.tenant} bietet engeren Zugriff an`,
    'request.approved': (n) => `Freigegeben: Zugriff von ${n.requester} auf ${n.tenant}`,
    'request.denied': (n) => `Abgelehnt: Zugriff von ${n.requester} auf ${n.tenant}`,
    'request.expired': (n) => `Verfallen: Zugriff von ${n.requester} auf ${n.tenant}`,
    'request.cancelled': (n) => `Zurückgezogen: Zugriff von ${n.requester} auf ${n.tenant}`,
    'grant.scheduled': (n) => `Zugriff von ${n.requester} auf ${n.tenant} beginnt später`,
    'grant.active': (n) => `Zugriff ist offen: ${n.requester} auf ${n.tenant}`,
    'grant.ending': (n) => `Zugriff endet bald: ${n.requester} auf ${n.tenant}`,
    'grant.ended': (n) => `Zugriff ist beendet: ${n.requester} auf ${n.tenant}`,
    'request.asked': (n) => `Frage zu Ihrer Anfrage nach Zugriff auf ${n.tenant}`,
    'request.answered': (n) => `Beantwortet: ${n.requester} zum Zugriff auf ${n.tenant}`,
    'request.forwarded': (n) => `An Sie weitergeleitet: ${n.requester} bittet um Zugriff auf ${n.tenant}`,
    'request.stage-overdue': (n) => `Sie wartet zu lange: ${n.requester} bittet um Zugriff auf ${n.tenant}`,
    'request.outdated': (n) => `Erneut anfragen: Ihre Anfrage nach Zugriff auf ${n.tenant}`,
    'demand.opening': (n) =>
      `Für eine Behörde: ${n.requester} erhält ohne Ihre Freigabe Zugriff auf ${n.tenant}`,
    'emergency.opening': (n) => `Notfall: ${n.requester} erhält ohne Ihre Freigabe Zugriff auf ${n.tenant}`,
    'disclosure.late': (n) => `VERSPÄTET: Notfall von ${n.requester} bei ${n.tenant} ist nicht erklärt`,
    'disclosure.given': (n) => `Erklärt: Notfall von ${n.requester} bei ${n.tenant}`,
    'disclosure.acknowledged': (n) => `Anerkannt: Notfall von ${n.requester} bei ${n.tenant}`,
    'disclosure.disputed': (n) => `Bestritten: Notfall von ${n.requester} bei ${n.tenant}`,
    'supervision.notified': (n) => `Aufgefallen: Zugriff von ${n.requester} auf ${n.tenant}`,
    'supervision.paused': (n) => `Angehalten: Zugriff von ${n.requester} auf ${n.tenant}`,
    'supervision.resumed': (n) => `Geht weiter: Zugriff von ${n.requester} auf ${n.tenant}`,
    'supervision.stopped': (n) => `Von einer Regel gestoppt: Zugriff von ${n.requester} auf ${n.tenant}`,
  },
  sentence: {
    'request.awaiting_vendor': (n) => `${asks(n)} Die Anfrage wartet auf Ihre Prüfung.`,
    'request.awaiting_customer': (n) => `${asks(n)} Die Anfrage wartet auf Ihre Entscheidung.`,
    'request.countered': (n) =>
      `${introduction(n)} ${n.tenant} bietet engere Bedingungen an, die auf eine Antwort warten.`,
    'request.approved': (n) => `${introduction(n)} Die Anfrage wurde freigegeben.`,
    'request.denied': (n) => `${introduction(n)} Die Anfrage wurde abgelehnt.`,
    'request.expired': (n) => `${introduction(n)} Die Anfrage ist ohne die nötigen Entscheidungen verfallen.`,
    'request.cancelled': (n) => `${introduction(n)} Die Anfrage wurde zurückgezogen.`,
    'grant.scheduled': (n) => `${introduction(n)} Der Zugriff ist freigegeben und beginnt später.`,
    'grant.active': (n) => `${introduction(n)} Der Zugriff ist jetzt offen.`,
    'grant.ending': (n) => `${introduction(n)} Der Zugriff endet bald.`,
    'grant.ended': (n) => `${introduction(n)} Der Zugriff ist beendet.`,
    'request.asked': (n) =>
      `${asks(n)} Jemand, der darüber entscheidet, stellt eine Frage. Beantworten Sie sie auf der Seite.`,
    'request.answered': (n) =>
      `${asks(n)} Ihre Frage ist beantwortet, und die Anfrage wartet auf Ihre Entscheidung.`,
    'request.forwarded': (n) =>
      `${asks(n)} Jemand aus Ihrem Haus hat sie an Sie weitergeleitet. Sie wartet auf eine Entscheidung.`,
    'request.stage-overdue': (n) =>
      `${asks(n)} Die Anfrage wartet länger, als Ihre Regeln erlauben. Jetzt können auch weitere Personen entscheiden, darunter Sie.`,
    'request.outdated': (n) =>
      `${introduction(n)} Seitdem haben sich die Regeln geändert, sodass sie nicht mehr freigegeben werden kann. Fragen Sie auf der Seite mit einem Druck erneut an: Die neue Anfrage folgt den heutigen Regeln.`,
    'demand.opening': (n) =>
      `${n.requester} aus der Rechtsabteilung des Anbieters erhält für ${n.duration} Zugriff auf die Daten von ${n.tenant} in ${n.service}, um einer Behörde Daten herauszugeben. Zwei weitere ihrer Mitglieder haben das freigegeben. Er beginnt, sobald diese Nachricht Sie erreicht hat. Das Verlangen der Behörde steht in Ihrem Protokoll.`,
    'emergency.opening': (n) =>
      `${n.requester} erhält für ${n.duration} Zugriff auf die Daten von ${n.tenant} in ${n.service}: ein Notfall, den zwei Prüfer des Anbieters eröffnet haben. Er beginnt, sobald diese Nachricht Sie erreicht hat.`,
    'disclosure.late': (n) =>
      `${n.requester} hatte in einem Notfall Zugriff auf die Daten von ${n.tenant} in ${n.service}. Der Anbieter hätte ihn bis jetzt erklären müssen und hat es nicht getan.`,
    'disclosure.given': (n) =>
      `Der Anbieter hat den Notfallzugriff von ${n.requester} auf ${n.service} von ${n.tenant} erklärt. Jemand von ${n.tenant}, der freigeben oder verwalten darf, erkennt die Erklärung an oder bestreitet sie.`,
    'disclosure.acknowledged': (n) =>
      `${n.tenant} hat die Erklärung des Notfallzugriffs von ${n.requester} auf ${n.service} anerkannt.`,
    'disclosure.disputed': (n) =>
      `${n.tenant} bestreitet die Erklärung des Notfallzugriffs von ${n.requester} auf ${n.service}. Der Anbieter muss ihn noch einmal erklären.`,
    'supervision.notified': (n) =>
      `Der Zugriff von ${n.requester} auf die Daten von ${n.tenant} in ${n.service} hat eine Regel der Aufsicht überschritten. Er geht weiter. Sie können ihn auf der Seite stoppen.`,
    'supervision.paused': (n) =>
      `Eine Regel der Aufsicht hat den Zugriff von ${n.requester} auf die Daten von ${n.tenant} in ${n.service} angehalten. Kein Aufruf geht durch, bis die Seite, deren Regel es ist, ihn weitergehen lässt.`,
    'supervision.resumed': (n) =>
      `Der angehaltene Zugriff von ${n.requester} auf die Daten von ${n.tenant} in ${n.service} geht weiter.`,
    'supervision.stopped': (n) =>
      `Eine Regel der Aufsicht hat den Zugriff von ${n.requester} auf die Daten von ${n.tenant} in ${n.service} beendet.`,
  },
  labels: {
    hiddenFields: 'Verborgene Felder',
    placeAndEmployer: 'Ort und Arbeitgeber',
    what: 'Was',
    offered: 'Stattdessen angeboten',
    why: 'Warum',
    ticket: 'Ticket',
    change: 'Die eine Änderung',
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
  approvedAndBegun: {
    blocked: (n) =>
      `${introduction(n)} Die Anfrage wurde freigegeben. Der Zugriff hat begonnen, ist aber gestoppt oder gesperrt: Kein Aufruf geht durch.`,
    active: (n) => `${introduction(n)} Die Anfrage wurde freigegeben, und der Zugriff ist jetzt offen.`,
    scheduled: (n) => `${introduction(n)} Die Anfrage wurde freigegeben, und der Zugriff beginnt später.`,
  },
  erased: '(gelöscht)',
  blocked: {
    subject: (n) => `Zugriff hat begonnen, kein Aufruf geht durch: ${n.requester} auf ${n.tenant}`,
    sentence: (n) =>
      `${introduction(n)} Der Zugriff hat begonnen. Er ist gestoppt oder gesperrt: Kein Aufruf geht durch.`,
  },
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

/** Was eine Lockerung vorschlägt. */
const wider = ({ person, tenant }: TrustNames): string =>
  person === null
    ? `die Datenschutzregeln von ${tenant} zu lockern`
    : `${person} bei ${tenant} mehr entscheiden zu lassen (eine Rolle oder Gruppe von Freigebenden oder Admins)`;

export const trust: TrustWords = {
  subject: {
    'trust.proposed': (n) => `Zu unterschreiben: neues Vertrauensdokument von ${n.tenant}`,
    'trust.adopted': (n) => `In Kraft: Vertrauensdokument von ${n.tenant}`,
    'trust.expiring': (n) => `Vertrauensdokument von ${n.tenant} endet in ${n.days} Tagen`,
    'trust.stopped': (n) => `Gestoppt: Zugriff auf ${n.tenant}`,
    'trust.lifted': (n) => `Stopp aufgehoben: Zugriff auf ${n.tenant}`,
    'trust.reset': (n) => `Neubeginn von ${n.tenant}: Die Schlüssel sollen verloren sein`,
    'trust.reset-cancelled': (n) => `Neubeginn von ${n.tenant} abgesagt`,
    'passkey.enrolled': (n) => `Neuer Passkey von ${n.by ?? 'jemandem'} bei ${n.tenant}`,
    'passkey.removed': (n) => `Passkey von ${n.by ?? 'jemandem'} bei ${n.tenant} entfernt`,
    'log.stopped': (n) => `Das Protokoll von ${n.tenant} setzt nicht fort, was es unterschrieben hat`,
    'log.unwitnessed': (n) => `Zeugen des Protokolls von ${n.tenant} unterschreiben nicht`,
    'demand.changed': (n) => `Behördliches Verlangen nach Daten von ${n.tenant}`,
    'widening.proposed': (n) =>
      `Wartet: ${n.person === null ? 'lockerere Datenschutzregeln von' : `${n.person} entscheidet mehr bei`} ${n.tenant}`,
    'widening.confirmed': (n) =>
      `Bestätigt: ${n.person === null ? 'lockerere Datenschutzregeln von' : `${n.person} entscheidet mehr bei`} ${n.tenant}`,
    'widening.applied': (n) =>
      `In Kraft: ${n.person === null ? 'lockerere Datenschutzregeln von' : `${n.person} entscheidet mehr bei`} ${n.tenant}`,
    'widening.withdrawn': (n) =>
      `Zurückgezogen: ${n.person === null ? 'lockerere Datenschutzregeln von' : `${n.person} entscheidet mehr bei`} ${n.tenant}`,
    'widening.lapsed': (n) =>
      `Verfallen: ${n.person === null ? 'lockerere Datenschutzregeln von' : `${n.person} entscheidet mehr bei`} ${n.tenant}`,
  },
  sentence: {
    'trust.proposed': (n) =>
      `${n.by ?? 'Der Host des Anbieters'} schlägt für ${n.tenant} ein neues Vertrauensdokument vor. Es gilt nicht, bevor genug der Beteiligten es mit ihren Passkeys unterschrieben haben.`,
    'trust.adopted': (n) =>
      `Für ${n.tenant} wurde ein Vertrauensdokument unterschrieben, das ab jetzt in Kraft ist.`,
    'trust.expiring': (n) =>
      `Das Vertrauensdokument von ${n.tenant} endet in ${n.days} Tagen. Danach wird jeder Zugriff auf die Daten über Countersign abgelehnt, bis das nächste unterschrieben ist.`,
    'trust.stopped': (n) =>
      `${n.by ?? 'Jemand'} hat den Zugriff auf die Daten von ${n.tenant} mit einem Passkey gestoppt.`,
    'trust.lifted': (n) =>
      `${n.by ?? 'Jemand'} hat einen Stopp des Zugriffs auf die Daten von ${n.tenant} mit einem Passkey aufgehoben.`,
    'trust.reset': (n) =>
      `Der Host des Anbieters sagt, dass ${n.tenant} alle Schlüssel verloren hat und neu beginnen darf. Stimmt das nicht, kann ein Admin von ${n.tenant} auf der Seite widersprechen.`,
    'trust.reset-cancelled': (n) =>
      `Der Neubeginn von ${n.tenant} ist abgesagt: Was unterschrieben wurde, bleibt in Kraft.`,
    'passkey.enrolled': (n) =>
      `${n.by ?? 'Jemand'} hat einen neuen Passkey für ${n.tenant} angelegt. ${n.countsFrom === null ? 'Er zählt, sobald ein anderer Admin ihn bestätigt hat.' : `Wenn kein Vertrauensdokument darüber entscheidet, zählt er ab ${n.countsFrom}, oder sobald ein anderer Admin ihn bestätigt hat.`} Gehört er nicht dieser Person, entfernen Sie ihn jetzt auf der Seite.`,
    'passkey.removed': (n) =>
      `Ein Passkey von ${n.by ?? 'jemandem'} für ${n.tenant} wurde entfernt. Hat das weder diese Person noch ein Admin getan, benutzt jemand anderes eine ihrer Sitzungen: Die Person beendet auf der Kontoseite alle Sitzungen, und kein Admin bestätigt einen neuen Passkey.`,
    'log.stopped': (n) =>
      `Das Protokoll von ${n.tenant} setzt einen Prüfpunkt nicht fort, den es früher unterschrieben hat: Seine Datenbank wurde zurückgesetzt oder verändert. Es unterschreibt nichts mehr, bis der Anbieter die Ursache kennt und eine neue Epoche begonnen hat. Bewahren Sie Ihre Kopie des Protokolls auf: Sie zeigt, was fehlt.`,
    'log.unwitnessed': (n) =>
      `Eine Mehrheit der Zeugen im Vertrauensdokument von ${n.tenant} hat das Protokoll länger nicht unterschrieben, als das Dokument erlaubt. Bis sie wieder unterschreiben, bürgt nur der Anbieter dafür, dass alle dasselbe Protokoll sehen. Die Seite „Beweis“ nennt die fehlenden: Klären Sie mit ihren Betreibern, ob sie ausgefallen sind oder ein anderes Protokoll gesehen haben.`,
    'demand.changed': (n) =>
      `Eine Behörde verlangt vom Anbieter Daten von ${n.tenant}. Welche es ist, auf welcher Rechtsgrundlage und was der Anbieter unternommen hat, steht im Protokoll von ${n.tenant}.`,
    'widening.proposed': (n) =>
      `${n.by ?? 'Der Host des Anbieters'} schlägt vor, ${wider(n)}, nicht vor ${n.countsFrom ?? 'der Bestätigung durch einen Admin'}. Die Seite zeigt, was sich ändert und wer es bestätigen muss. Bis dahin kann jeder Admin es zurückziehen.`,
    'widening.confirmed': (n) =>
      `${n.by ?? 'Jemand'} hat den Vorschlag bestätigt, ${wider(n)}, nicht vor ${n.countsFrom ?? 'dem Termin'}. Bis dahin kann jeder Admin ihn zurückziehen.`,
    'widening.applied': (n) =>
      n.person === null
        ? `Die Datenschutzregeln von ${n.tenant} wurden gelockert, wie vorgeschlagen. Was inzwischen verschärft wurde, bleibt verschärft.`
        : `${n.person} entscheidet bei ${n.tenant} ab jetzt mehr, wie vorgeschlagen.`,
    'widening.withdrawn': (n) => `Der Vorschlag, ${wider(n)}, ist zurückgezogen. Es bleibt, wie es ist.`,
    'widening.lapsed': (n) => `Der Vorschlag, ${wider(n)}, ist verfallen. Es bleibt, wie es ist.`,
  },
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
  subject: {
    'account.key-created': (person) => `Neuer API-Schlüssel von ${person}`,
    'account.host-key-created': (person) =>
      `Neuer API-Schlüssel von ${person}, angelegt auf dem Host des Anbieters`,
  },
  sentence: {
    'account.key-created': (person) =>
      `${person} hat im Browser einen API-Schlüssel angelegt. Er handelt als ${person}.`,
    'account.host-key-created': (person) =>
      `Auf dem Host des Anbieters wurde ein API-Schlüssel angelegt, der als ${person} handelt.`,
  },
  labels: { at: 'Wann', key: 'Schlüssel', until: 'Gültig bis' },
  notices: {
    subject: 'Welche Benachrichtigungen Sie erreichen, hat sich geändert',
    sentence:
      'Jemand, der als Sie angemeldet ist, hat Benachrichtigungen an Sie abgestellt, sie in einem Browser ein- oder ausgeschaltet, Ihr Slack-Konto getrennt oder die Zeitzone Ihrer Nachrichten geändert.',
    own: 'Wenn Sie das nicht waren: Stellen Sie es auf der Seite richtig, beenden Sie die Sitzungen, die Sie nicht kennen, und melden Sie es Ihren Admins.',
    footer: 'Diese Mail öffnet nichts und entscheidet nichts. Sie geht hinaus, was immer Sie wählen.',
  },
  own: 'Wenn Sie das nicht erwartet haben, widerrufen Sie den Schlüssel auf der Seite und melden Sie es Ihren Admins.',
  others:
    'Wenn das niemand erwartet hat, bitten Sie die Person, den Schlüssel zu widerrufen, oder entfernen Sie sie.',
  open: 'Seite öffnen',
  footer: 'Diese Mail öffnet nichts und entscheidet nichts. Der Schlüssel selbst steht in keiner Mail.',
};

export const statement: StatementWords = {
  subject: (tenant, day, accesses) =>
    accesses === 0 ? `Kein Zugriff auf ${tenant} am ${day}` : `Zugriffe auf ${tenant} am ${day}: ${accesses}`,
  sentence: (accesses, day) =>
    accesses === 0
      ? `Die registrierten Gateways haben am ${day} (UTC) keinen Zugriff aufgezeichnet.`
      : `Am ${day} (UTC) haben die registrierten Gateways ${accesses === 1 ? 'einen erlaubten Aufruf' : `${accesses} erlaubte Aufrufe`} aufgezeichnet.`,
  labels: { complete: 'Vollständig', log: 'Ihr Protokoll' },
  complete: 'ja: jedes Gateway hat seine Aufzeichnungen über das Ende des Tages hinaus unterschrieben',
  incomplete: 'nein: Die Erklärung nennt jedes Gateway, dessen Aufzeichnungen fehlen können, und ab wann',
  log: (size, root) => `${size} Einträge, Wurzel ${root}`,
  sealed: 'Ausgenommen ist, was der versiegelte Eintrag dieses Tages enthalten kann, bis er geöffnet wird.',
  open: 'Die unterschriebene Erklärung lesen',
  footer:
    'Diese Mail öffnet nichts und entscheidet nichts. Prüfen Sie die Erklärung mit: countersign log statement --verify DATEI',
};

const REVIEW_SILENCE =
  'Was bis dahin niemand mit Verwaltungsrolle beantwortet, verfällt: Zugriffe, Einladungen, Regeln, Schlüssel, Sitzungen und Rollen enden, außer was Ihre Organisation aussperren würde.';

export const review: ReviewWords = {
  subject: {
    'access-review.opened': (tenant) => `Zugangsprüfung von ${tenant}: Bestätigen Sie, was offen steht`,
    'access-review.due': (tenant) => `Zugangsprüfung von ${tenant} endet bald`,
    'access-review.closed': (tenant) => `Zugangsprüfung von ${tenant} ist beendet`,
  },
  sentence: {
    'access-review.opened': (tenant) =>
      `Alles, was über Countersign Zugang zu ${tenant} gibt, wartet wie in jedem Quartal auf eine Entscheidung.`,
    'access-review.due': (tenant) =>
      `Noch ist nicht alles bestätigt oder beendet, was Zugang zu ${tenant} gibt.`,
    'access-review.closed': (tenant) =>
      `Die vierteljährliche Zugangsprüfung von ${tenant} ist beendet. Was nicht beantwortet wurde, ist verfallen.`,
  },
  note: {
    'access-review.opened': REVIEW_SILENCE,
    'access-review.due': REVIEW_SILENCE,
    'access-review.closed':
      'Was ohne Antwort behalten wurde, gilt weiter: Sonst wäre die Organisation ausgesperrt, oder nur ihre eigenen Personen oder ihr Anbieter können es ändern. Sehen Sie es sich jetzt an.',
  },
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

const PRACTICE_HOW =
  'Nichts wird geöffnet, was auch immer Sie antworten. Die Seite zeigt, was Sie erwarten und was verlangt wird: Geben Sie nur frei, wenn beides gleich ist.';

export const practice: PracticeWords = {
  subject: {
    'practice.opened': (tenant) => `[Übung] ${tenant}: Bitte beantworten Sie eine Übungsanfrage`,
    'practice.due': (tenant) => `[Übung] ${tenant}: Ihre Übungsanfrage wartet`,
    'practice.failed': (tenant) => `[Übung] ${tenant}: Nicht alle Freigebenden haben bestanden`,
  },
  sentence: {
    'practice.opened': (tenant) =>
      `Dies ist eine Übung: Sie zeigt, dass Sie Anfragen nach Daten von ${tenant} noch freigeben können.`,
    'practice.due': (tenant) => `Sie haben die Übungsanfrage von ${tenant} noch nicht beantwortet.`,
    'practice.failed': (tenant) =>
      `In der Übung von ${tenant} hat jemand nicht oder falsch geantwortet, oder ein Passkey funktioniert nicht.`,
  },
  note: {
    'practice.opened': PRACTICE_HOW,
    'practice.due': PRACTICE_HOW,
    'practice.failed':
      'Sehen Sie es sich jetzt an: Eine echte Anfrage könnte auf diese Freigebenden warten. Die Seite nennt sie.',
  },
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
  changed: {
    'notice-address.confirmed': (tenant) => `Eine Adresse bekommt ab jetzt Nachrichten von ${tenant}`,
    'notice-address.removed': (tenant) => `Eine Adresse bekommt keine Nachrichten von ${tenant} mehr`,
  },
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
