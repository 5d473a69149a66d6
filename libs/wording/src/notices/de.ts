import type { AccessNames, NoticeTexts, TrustNames } from './texts.js';

const introduction = ({ requester, tenant, service, duration }: AccessNames) =>
  `${requester} hat für ${duration} um Zugriff auf die Daten von ${tenant} in ${service} gebeten.`;
const asks = ({ requester, tenant, service, duration }: AccessNames) =>
  `${requester} bittet für ${duration} um Zugriff auf die Daten von ${tenant} in ${service}.`;

/** What a widening is, in a subject. */
const widening = ({ person, tenant }: TrustNames): string =>
  person === null ? `lockerere Datenschutzregeln von ${tenant}` : `${person} entscheidet mehr bei ${tenant}`;

/** What a widening proposes, in a sentence. */
const wider = ({ person, tenant }: TrustNames): string =>
  person === null
    ? `die Datenschutzregeln von ${tenant} zu lockern`
    : `${person} bei ${tenant} mehr entscheiden zu lassen (eine Rolle oder Gruppe von Freigebenden oder Admins)`;

const REVIEW_SILENCE =
  'Was bis dahin niemand mit Verwaltungsrolle beantwortet, verfällt: Zugriffe, Einladungen, Regeln, Schlüssel, Sitzungen und Rollen enden, außer was Ihre Organisation aussperren würde.';

const PRACTICE_HOW =
  'Nichts wird geöffnet, was auch immer Sie antworten. Die Seite zeigt, was Sie erwarten und was verlangt wird: Geben Sie nur frei, wenn beides gleich ist.';

export const de: NoticeTexts = {
  kinds: {
    'request.awaiting_vendor': {
      mail: {
        subject: (n) => `Ihre Prüfung: ${n.requester} bittet um Zugriff auf ${n.tenant}`,
        sentence: (n) => `${asks(n)} Die Anfrage wartet auf Ihre Prüfung.`,
      },
      thread: (n) => `${n.requester} hat angefragt. Die Anfrage wartet auf die Prüfung des Anbieters.`,
    },
    'request.awaiting_customer': {
      mail: {
        subject: (n) => `Ihre Entscheidung: ${n.requester} bittet um Zugriff auf ${n.tenant}`,
        sentence: (n) => `${asks(n)} Die Anfrage wartet auf Ihre Entscheidung.`,
      },
      thread: (n) => `${n.requester} hat angefragt. Die Anfrage wartet auf die Entscheidung des Kunden.`,
    },
    'request.reminder': {
      thread: 'Die Hälfte der Zeit zum Entscheiden ist um, und noch hat niemand entschieden.',
    },
    'request.escalated': {
      thread:
        'Drei Viertel der Zeit zum Entscheiden sind um. Wenn niemand entscheidet, verfällt die Anfrage.',
    },
    'request.stage-overdue': {
      mail: {
        subject: (n) => `Sie wartet zu lange: ${n.requester} bittet um Zugriff auf ${n.tenant}`,
        sentence: (n) =>
          `${asks(n)} Die Anfrage wartet länger, als Ihre Regeln erlauben. Jetzt können auch weitere Personen entscheiden, darunter Sie.`,
      },
      thread: 'Die Anfrage wartet länger, als Ihre Regeln erlauben. Jetzt können auch andere entscheiden.',
    },
    'request.forwarded': {
      mail: {
        subject: (n) => `An Sie weitergeleitet: ${n.requester} bittet um Zugriff auf ${n.tenant}`,
        sentence: (n) =>
          `${asks(n)} Jemand aus Ihrem Haus hat sie an Sie weitergeleitet. Sie wartet auf eine Entscheidung.`,
      },
      thread: null,
    },
    'request.answered': {
      mail: {
        subject: (n) => `Beantwortet: ${n.requester} zum Zugriff auf ${n.tenant}`,
        sentence: (n) =>
          `${asks(n)} Ihre Frage ist beantwortet, und die Anfrage wartet auf Ihre Entscheidung.`,
      },
      thread: null,
    },
    'request.asked': {
      mail: {
        subject: (n) => `Frage zu Ihrer Anfrage nach Zugriff auf ${n.tenant}`,
        sentence: (n) =>
          `${asks(n)} Jemand, der darüber entscheidet, stellt eine Frage. Beantworten Sie sie auf der Seite.`,
      },
      thread: null,
    },
    'request.countered': {
      mail: {
        subject: (n) => `${n.tenant} bietet engeren Zugriff an`,
        sentence: (n) =>
          `${introduction(n)} ${n.tenant} bietet engere Bedingungen an, die auf eine Antwort warten.`,
      },
      thread: null,
    },
    'request.notifying': {
      thread:
        'Alle nötigen Prüfungen sind erteilt. Der Zugriff beginnt, sobald der Kunde benachrichtigt ist.',
    },
    'request.approved': {
      mail: {
        subject: (n) => `Freigegeben: Zugriff von ${n.requester} auf ${n.tenant}`,
        sentence: (n) => `${introduction(n)} Die Anfrage wurde freigegeben.`,
        begun: {
          blocked: (n) =>
            `${introduction(n)} Die Anfrage wurde freigegeben. Der Zugriff hat begonnen, ist aber gestoppt oder gesperrt: Kein Aufruf geht durch.`,
          active: (n) => `${introduction(n)} Die Anfrage wurde freigegeben, und der Zugriff ist jetzt offen.`,
          scheduled: (n) =>
            `${introduction(n)} Die Anfrage wurde freigegeben, und der Zugriff beginnt später.`,
        },
      },
      thread: 'Die Anfrage wurde freigegeben.',
    },
    'request.denied': {
      mail: {
        subject: (n) => `Abgelehnt: Zugriff von ${n.requester} auf ${n.tenant}`,
        sentence: (n) => `${introduction(n)} Die Anfrage wurde abgelehnt.`,
      },
      thread: 'Die Anfrage wurde abgelehnt.',
    },
    'request.cancelled': {
      mail: {
        subject: (n) => `Zurückgezogen: Zugriff von ${n.requester} auf ${n.tenant}`,
        sentence: (n) => `${introduction(n)} Die Anfrage wurde zurückgezogen.`,
      },
      thread: (n) => `${n.requester} hat die Anfrage zurückgezogen.`,
    },
    'request.expired': {
      mail: {
        subject: (n) => `Verfallen: Zugriff von ${n.requester} auf ${n.tenant}`,
        sentence: (n) => `${introduction(n)} Die Anfrage ist ohne die nötigen Entscheidungen verfallen.`,
      },
      thread: 'Die Anfrage ist verfallen: Niemand hat rechtzeitig entschieden. Es wurde nichts geöffnet.',
    },
    'request.erased': { thread: null },
    'request.outdated': {
      mail: {
        subject: (n) => `Erneut anfragen: Ihre Anfrage nach Zugriff auf ${n.tenant}`,
        sentence: (n) =>
          `${introduction(n)} Seitdem haben sich die Regeln geändert, sodass sie nicht mehr freigegeben werden kann. Fragen Sie auf der Seite mit einem Druck erneut an: Die neue Anfrage folgt den heutigen Regeln.`,
      },
      thread: null,
    },
    'grant.scheduled': {
      mail: {
        subject: (n) => `Zugriff von ${n.requester} auf ${n.tenant} beginnt später`,
        sentence: (n) => `${introduction(n)} Der Zugriff ist freigegeben und beginnt später.`,
      },
      thread: 'Der Zugriff ist gewährt und beginnt später.',
    },
    'grant.active': {
      mail: {
        subject: (n) => `Zugriff ist offen: ${n.requester} auf ${n.tenant}`,
        sentence: (n) => `${introduction(n)} Der Zugriff ist jetzt offen.`,
        blocked: {
          subject: (n) => `Zugriff hat begonnen, kein Aufruf geht durch: ${n.requester} auf ${n.tenant}`,
          sentence: (n) =>
            `${introduction(n)} Der Zugriff hat begonnen. Er ist gestoppt oder gesperrt: Kein Aufruf geht durch.`,
        },
      },
      thread: 'Der Zugriff ist jetzt offen.',
    },
    'grant.ending': {
      mail: {
        subject: (n) => `Zugriff endet bald: ${n.requester} auf ${n.tenant}`,
        sentence: (n) => `${introduction(n)} Der Zugriff endet bald.`,
      },
      thread: 'Der Zugriff endet in wenigen Minuten. Wenn Sie länger brauchen, fragen Sie jetzt.',
    },
    'grant.used': {
      thread: (n) => (n.calls <= 1 ? 'Erste Nutzung: bisher 1 Aufruf.' : `Bisher ${n.calls} Aufrufe.`),
    },
    'grant.refused': {
      thread: (n) =>
        `Bisher ${n.refused === 1 ? '1 Aufruf' : `${n.refused} Aufrufe`} abgewiesen: Nichts außerhalb der Bedingungen wurde erreicht.`,
    },
    'grant.ended': {
      mail: {
        subject: (n) => `Zugriff ist beendet: ${n.requester} auf ${n.tenant}`,
        sentence: (n) => `${introduction(n)} Der Zugriff ist beendet.`,
      },
      thread: null,
    },
    'supervision.notified': {
      mail: {
        subject: (n) => `Aufgefallen: Zugriff von ${n.requester} auf ${n.tenant}`,
        sentence: (n) =>
          `Der Zugriff von ${n.requester} auf die Daten von ${n.tenant} in ${n.service} hat eine Regel der Aufsicht überschritten. Er geht weiter. Sie können ihn auf der Seite stoppen.`,
      },
      thread: (n) => `Aufgefallen: ${n.crossed}. Der Zugriff geht weiter; Sie können ihn stoppen.`,
    },
    'supervision.paused': {
      mail: {
        subject: (n) => `Angehalten: Zugriff von ${n.requester} auf ${n.tenant}`,
        sentence: (n) =>
          `Eine Regel der Aufsicht hat den Zugriff von ${n.requester} auf die Daten von ${n.tenant} in ${n.service} angehalten. Kein Aufruf geht durch, bis die Seite, deren Regel es ist, ihn weitergehen lässt.`,
      },
      thread: (n) =>
        `Angehalten: ${n.crossed}. Kein Aufruf geht durch, bis die Seite, deren Regel es ist, ihn auf der Seite weitergehen lässt.`,
    },
    'supervision.resumed': {
      mail: {
        subject: (n) => `Geht weiter: Zugriff von ${n.requester} auf ${n.tenant}`,
        sentence: (n) =>
          `Der angehaltene Zugriff von ${n.requester} auf die Daten von ${n.tenant} in ${n.service} geht weiter.`,
      },
      thread: 'Der angehaltene Zugriff geht weiter.',
    },
    'supervision.stopped': {
      mail: {
        subject: (n) => `Von einer Regel gestoppt: Zugriff von ${n.requester} auf ${n.tenant}`,
        sentence: (n) =>
          `Eine Regel der Aufsicht hat den Zugriff von ${n.requester} auf die Daten von ${n.tenant} in ${n.service} beendet.`,
      },
      thread: (n) => `Gestoppt: ${n.crossed}.`,
    },
    'emergency.opening': {
      mail: {
        subject: (n) => `Notfall: ${n.requester} erhält ohne Ihre Freigabe Zugriff auf ${n.tenant}`,
        sentence: (n) =>
          `${n.requester} erhält für ${n.duration} Zugriff auf die Daten von ${n.tenant} in ${n.service}: ein Notfall, den zwei Prüfer des Anbieters eröffnet haben. Er beginnt, sobald diese Nachricht Sie erreicht hat.`,
      },
      thread: (n) =>
        `Notfall: ${n.requester} erhält Zugriff ohne Ihre Freigabe. Sie können ihn sofort stoppen, auf der Seite oder hier.`,
    },
    'demand.opening': {
      mail: {
        subject: (n) => `Für eine Behörde: ${n.requester} erhält ohne Ihre Freigabe Zugriff auf ${n.tenant}`,
        sentence: (n) =>
          `${n.requester} aus der Rechtsabteilung des Anbieters erhält für ${n.duration} Zugriff auf die Daten von ${n.tenant} in ${n.service}, um einer Behörde Daten herauszugeben. Zwei weitere ihrer Mitglieder haben das freigegeben. Er beginnt, sobald diese Nachricht Sie erreicht hat. Das Verlangen der Behörde steht in Ihrem Protokoll.`,
      },
      thread: (n) =>
        `Für eine Behörde: ${n.requester} erhält Zugriff ohne Ihre Freigabe. Sie können ihn sofort stoppen, auf der Seite oder hier.`,
    },
    'disclosure.late': {
      mail: {
        subject: (n) => `VERSPÄTET: Notfall von ${n.requester} bei ${n.tenant} ist nicht erklärt`,
        sentence: (n) =>
          `${n.requester} hatte in einem Notfall Zugriff auf die Daten von ${n.tenant} in ${n.service}. Der Anbieter hätte ihn bis jetzt erklären müssen und hat es nicht getan.`,
      },
      thread: 'Der Anbieter hat diesen Notfall nicht rechtzeitig erklärt. Die Erklärung ist verspätet.',
    },
    'disclosure.given': {
      mail: {
        subject: (n) => `Erklärt: Notfall von ${n.requester} bei ${n.tenant}`,
        sentence: (n) =>
          `Der Anbieter hat den Notfallzugriff von ${n.requester} auf ${n.service} von ${n.tenant} erklärt. Jemand von ${n.tenant}, der freigeben oder verwalten darf, erkennt die Erklärung an oder bestreitet sie.`,
      },
      thread:
        'Der Anbieter hat diesen Notfall erklärt. Lesen Sie die Erklärung auf der Seite; erkennen Sie sie an oder bestreiten Sie sie.',
    },
    'disclosure.acknowledged': {
      mail: {
        subject: (n) => `Anerkannt: Notfall von ${n.requester} bei ${n.tenant}`,
        sentence: (n) =>
          `${n.tenant} hat die Erklärung des Notfallzugriffs von ${n.requester} auf ${n.service} anerkannt.`,
      },
      thread: 'Der Kunde hat die Erklärung dieses Notfalls anerkannt.',
    },
    'disclosure.disputed': {
      mail: {
        subject: (n) => `Bestritten: Notfall von ${n.requester} bei ${n.tenant}`,
        sentence: (n) =>
          `${n.tenant} bestreitet die Erklärung des Notfallzugriffs von ${n.requester} auf ${n.service}. Der Anbieter muss ihn noch einmal erklären.`,
      },
      thread: 'Der Kunde bestreitet die Erklärung dieses Notfalls. Der Anbieter muss neu erklären.',
    },
    'access-review.opened': {
      mail: {
        subject: (tenant) => `Zugangsprüfung von ${tenant}: Bestätigen Sie, was offen steht`,
        sentence: (tenant) =>
          `Alles, was über Countersign Zugang zu ${tenant} gibt, wartet wie in jedem Quartal auf eine Entscheidung.`,
        note: REVIEW_SILENCE,
      },
      slack: {
        heading: 'Zugangsprüfung: Bestätigen Sie, was offen steht',
        text: 'Alles, was Zugang zu Ihrer Organisation gibt, wartet wie in jedem Quartal auf eine Entscheidung. Was bis zum Ende der Frist niemand beantwortet, verfällt. Zum Entscheiden melden Sie sich auf der Seite an: Ein Druck in Slack genügt nicht.',
      },
    },
    'access-review.due': {
      mail: {
        subject: (tenant) => `Zugangsprüfung von ${tenant} endet bald`,
        sentence: (tenant) => `Noch ist nicht alles bestätigt oder beendet, was Zugang zu ${tenant} gibt.`,
        note: REVIEW_SILENCE,
      },
      slack: {
        heading: 'Zugangsprüfung: Sie endet bald',
        text: 'Noch ist nicht alles bestätigt oder beendet, und was nicht beantwortet ist, verfällt.',
      },
    },
    'access-review.closed': {
      mail: {
        subject: (tenant) => `Zugangsprüfung von ${tenant} ist beendet`,
        sentence: (tenant) =>
          `Die vierteljährliche Zugangsprüfung von ${tenant} ist beendet. Was nicht beantwortet wurde, ist verfallen.`,
        note: 'Was ohne Antwort behalten wurde, gilt weiter: Sonst wäre die Organisation ausgesperrt, oder nur ihre eigenen Personen oder ihr Anbieter können es ändern. Sehen Sie es sich jetzt an.',
      },
    },
    'practice.opened': {
      mail: {
        subject: (tenant) => `[Übung] ${tenant}: Bitte beantworten Sie eine Übungsanfrage`,
        sentence: (tenant) =>
          `Dies ist eine Übung: Sie zeigt, dass Sie Anfragen nach Daten von ${tenant} noch freigeben können.`,
        note: PRACTICE_HOW,
      },
      slack: {
        heading: 'Übung: Bitte beantworten Sie eine Übungsanfrage',
        text: 'Sie zeigt, dass Sie noch freigeben können, mit Ihrem Passkey, wenn Sie einen haben. Nichts wird geöffnet, was auch immer Sie antworten. Die Seite zeigt, was Sie erwarten und was verlangt wird: Geben Sie nur frei, wenn beides gleich ist.',
      },
    },
    'practice.due': {
      mail: {
        subject: (tenant) => `[Übung] ${tenant}: Ihre Übungsanfrage wartet`,
        sentence: (tenant) => `Sie haben die Übungsanfrage von ${tenant} noch nicht beantwortet.`,
        note: PRACTICE_HOW,
      },
      slack: {
        heading: 'Übung: Ihre Übungsanfrage wartet',
        text: 'Sie haben sie noch nicht beantwortet. Nichts wird geöffnet, was auch immer Sie antworten.',
      },
    },
    'practice.failed': {
      mail: {
        subject: (tenant) => `[Übung] ${tenant}: Nicht alle Freigebenden haben bestanden`,
        sentence: (tenant) =>
          `In der Übung von ${tenant} hat jemand nicht oder falsch geantwortet, oder ein Passkey funktioniert nicht.`,
        note: 'Sehen Sie es sich jetzt an: Eine echte Anfrage könnte auf diese Freigebenden warten. Die Seite nennt sie.',
      },
      slack: {
        heading: 'Übung: Nicht alle Freigebenden haben bestanden',
        text: 'Jemand hat nicht oder falsch geantwortet, oder ein Passkey funktioniert nicht. Eine echte Anfrage könnte darauf warten: Sehen Sie es sich jetzt an.',
      },
    },
    'log.statement': {
      mail: {
        subject: (tenant, day, accesses) =>
          accesses === 0
            ? `Kein Zugriff auf ${tenant} am ${day}`
            : `Zugriffe auf ${tenant} am ${day}: ${accesses}`,
        sentence: (accesses, day) =>
          accesses === 0
            ? `Die registrierten Gateways haben am ${day} (UTC) keinen Zugriff aufgezeichnet.`
            : `Am ${day} (UTC) haben die registrierten Gateways ${accesses === 1 ? 'einen erlaubten Aufruf' : `${accesses} erlaubte Aufrufe`} aufgezeichnet.`,
      },
    },
    'log.stopped': {
      mail: {
        subject: (n) => `Das Protokoll von ${n.tenant} setzt nicht fort, was es unterschrieben hat`,
        sentence: (n) =>
          `Das Protokoll von ${n.tenant} setzt einen Prüfpunkt nicht fort, den es früher unterschrieben hat: Seine Datenbank wurde zurückgesetzt oder verändert. Es unterschreibt nichts mehr, bis der Anbieter die Ursache kennt und eine neue Epoche begonnen hat. Bewahren Sie Ihre Kopie des Protokolls auf: Sie zeigt, was fehlt.`,
      },
    },
    'log.unwitnessed': {
      mail: {
        subject: (n) => `Zeugen des Protokolls von ${n.tenant} unterschreiben nicht`,
        sentence: (n) =>
          `Eine Mehrheit der Zeugen im Vertrauensdokument von ${n.tenant} hat das Protokoll länger nicht unterschrieben, als das Dokument erlaubt. Bis sie wieder unterschreiben, bürgt nur der Anbieter dafür, dass alle dasselbe Protokoll sehen. Die Seite „Beweis“ nennt die fehlenden: Klären Sie mit ihren Betreibern, ob sie ausgefallen sind oder ein anderes Protokoll gesehen haben.`,
      },
    },
    'demand.changed': {
      mail: {
        subject: (n) => `Behördliches Verlangen nach Daten von ${n.tenant}`,
        sentence: (n) =>
          `Eine Behörde verlangt vom Anbieter Daten von ${n.tenant}. Welche es ist, auf welcher Rechtsgrundlage und was der Anbieter unternommen hat, steht im Protokoll von ${n.tenant}.`,
      },
    },
    'trust.proposed': {
      mail: {
        subject: (n) => `Zu unterschreiben: neues Vertrauensdokument von ${n.tenant}`,
        sentence: (n) =>
          `${n.by ?? 'Der Host des Anbieters'} schlägt für ${n.tenant} ein neues Vertrauensdokument vor. Es gilt nicht, bevor genug der Beteiligten es mit ihren Passkeys unterschrieben haben.`,
      },
    },
    'trust.adopted': {
      mail: {
        subject: (n) => `In Kraft: Vertrauensdokument von ${n.tenant}`,
        sentence: (n) =>
          `Für ${n.tenant} wurde ein Vertrauensdokument unterschrieben, das ab jetzt in Kraft ist.`,
      },
    },
    'trust.expiring': {
      mail: {
        subject: (n) => `Vertrauensdokument von ${n.tenant} endet in ${n.days} Tagen`,
        sentence: (n) =>
          `Das Vertrauensdokument von ${n.tenant} endet in ${n.days} Tagen. Danach wird jeder Zugriff auf die Daten über Countersign abgelehnt, bis das nächste unterschrieben ist.`,
      },
    },
    'trust.stopped': {
      mail: {
        subject: (n) => `Gestoppt: Zugriff auf ${n.tenant}`,
        sentence: (n) =>
          `${n.by ?? 'Jemand'} hat den Zugriff auf die Daten von ${n.tenant} mit einem Passkey gestoppt.`,
      },
    },
    'trust.lifted': {
      mail: {
        subject: (n) => `Stopp aufgehoben: Zugriff auf ${n.tenant}`,
        sentence: (n) =>
          `${n.by ?? 'Jemand'} hat einen Stopp des Zugriffs auf die Daten von ${n.tenant} mit einem Passkey aufgehoben.`,
      },
    },
    'trust.reset': {
      mail: {
        subject: (n) => `Neubeginn von ${n.tenant}: Die Schlüssel sollen verloren sein`,
        sentence: (n) =>
          `Der Host des Anbieters sagt, dass ${n.tenant} alle Schlüssel verloren hat und neu beginnen darf. Stimmt das nicht, kann ein Admin von ${n.tenant} auf der Seite widersprechen.`,
      },
    },
    'trust.reset-cancelled': {
      mail: {
        subject: (n) => `Neubeginn von ${n.tenant} abgesagt`,
        sentence: (n) =>
          `Der Neubeginn von ${n.tenant} ist abgesagt: Was unterschrieben wurde, bleibt in Kraft.`,
      },
    },
    'passkey.enrolled': {
      mail: {
        subject: (n) => `Neuer Passkey von ${n.by ?? 'jemandem'} bei ${n.tenant}`,
        sentence: (n) =>
          `${n.by ?? 'Jemand'} hat einen neuen Passkey für ${n.tenant} angelegt. ${n.countsFrom === null ? 'Er zählt, sobald ein anderer Admin ihn bestätigt hat.' : `Wenn kein Vertrauensdokument darüber entscheidet, zählt er ab ${n.countsFrom}, oder sobald ein anderer Admin ihn bestätigt hat.`} Gehört er nicht dieser Person, entfernen Sie ihn jetzt auf der Seite.`,
      },
    },
    'passkey.removed': {
      mail: {
        subject: (n) => `Passkey von ${n.by ?? 'jemandem'} bei ${n.tenant} entfernt`,
        sentence: (n) =>
          `Ein Passkey von ${n.by ?? 'jemandem'} für ${n.tenant} wurde entfernt. Hat das weder diese Person noch ein Admin getan, benutzt jemand anderes eine ihrer Sitzungen: Die Person beendet auf der Kontoseite alle Sitzungen, und kein Admin bestätigt einen neuen Passkey.`,
      },
    },
    'widening.proposed': {
      mail: {
        subject: (n) => `Wartet: ${widening(n)}`,
        sentence: (n) =>
          `${n.by ?? 'Der Host des Anbieters'} schlägt vor, ${wider(n)}, nicht vor ${n.countsFrom ?? 'der Bestätigung durch einen Admin'}. Die Seite zeigt, was sich ändert und wer es bestätigen muss. Bis dahin kann jeder Admin es zurückziehen.`,
      },
    },
    'widening.confirmed': {
      mail: {
        subject: (n) => `Bestätigt: ${widening(n)}`,
        sentence: (n) =>
          `${n.by ?? 'Jemand'} hat den Vorschlag bestätigt, ${wider(n)}, nicht vor ${n.countsFrom ?? 'dem Termin'}. Bis dahin kann jeder Admin ihn zurückziehen.`,
      },
    },
    'widening.applied': {
      mail: {
        subject: (n) => `In Kraft: ${widening(n)}`,
        sentence: (n) =>
          n.person === null
            ? `Die Datenschutzregeln von ${n.tenant} wurden gelockert, wie vorgeschlagen. Was inzwischen verschärft wurde, bleibt verschärft.`
            : `${n.person} entscheidet bei ${n.tenant} ab jetzt mehr, wie vorgeschlagen.`,
      },
    },
    'widening.withdrawn': {
      mail: {
        subject: (n) => `Zurückgezogen: ${widening(n)}`,
        sentence: (n) => `Der Vorschlag, ${wider(n)}, ist zurückgezogen. Es bleibt, wie es ist.`,
      },
    },
    'widening.lapsed': {
      mail: {
        subject: (n) => `Verfallen: ${widening(n)}`,
        sentence: (n) => `Der Vorschlag, ${wider(n)}, ist verfallen. Es bleibt, wie es ist.`,
      },
    },
    'notice-address.confirmed': {
      mail: { subject: (tenant) => `Eine Adresse bekommt ab jetzt Nachrichten von ${tenant}` },
    },
    'notice-address.removed': {
      mail: { subject: (tenant) => `Eine Adresse bekommt keine Nachrichten von ${tenant} mehr` },
    },
    'account.key-created': {
      mail: {
        subject: (person) => `Neuer API-Schlüssel von ${person}`,
        sentence: (person) =>
          `${person} hat im Browser einen API-Schlüssel angelegt. Er handelt als ${person}.`,
      },
    },
    'account.host-key-created': {
      mail: {
        subject: (person) => `Neuer API-Schlüssel von ${person}, angelegt auf dem Host des Anbieters`,
        sentence: (person) =>
          `Auf dem Host des Anbieters wurde ein API-Schlüssel angelegt, der als ${person} handelt.`,
      },
    },
    'account.notices-changed': {
      mail: {
        subject: 'Welche Benachrichtigungen Sie erreichen, hat sich geändert',
        sentence:
          'Jemand, der als Sie angemeldet ist, hat Benachrichtigungen an Sie abgestellt, sie in einem Browser ein- oder ausgeschaltet, Ihr Slack-Konto getrennt oder die Zeitzone Ihrer Nachrichten geändert.',
        note: 'Wenn Sie das nicht waren: Stellen Sie es auf der Seite richtig, beenden Sie die Sitzungen, die Sie nicht kennen, und melden Sie es Ihren Admins.',
      },
      slack: {
        heading: 'Welche Benachrichtigungen Sie erreichen, hat sich geändert',
        text: 'Jemand, der als Sie angemeldet ist, hat Benachrichtigungen an Sie abgestellt, sie in einem Browser ein- oder ausgeschaltet, ein anderes Slack-Konto von Ihnen getrennt oder die Zeitzone Ihrer Nachrichten geändert. Wenn Sie das nicht waren: Stellen Sie es auf der Seite richtig, beenden Sie die Sitzungen, die Sie nicht kennen, und melden Sie es Ihren Admins.',
      },
    },
  },
  push: {
    review: 'Eine Anfrage wartet auf Ihre Prüfung',
    decision: 'Eine Anfrage wartet auf Ihre Entscheidung',
    overdue: 'Eine Anfrage wartet zu lange',
    conversation: 'Zu einer Anfrage gibt es eine neue Nachricht',
    offer: 'Zu Ihrer Anfrage gibt es ein Gegenangebot',
    outdated: 'Ihre Anfrage kann nicht mehr freigegeben werden',
    approved: 'Eine Anfrage wurde freigegeben',
    denied: 'Eine Anfrage wurde abgelehnt',
    expired: 'Eine Anfrage ist verfallen',
    cancelled: 'Eine Anfrage wurde zurückgezogen',
    scheduled: 'Ein Zugriff ist freigegeben und beginnt später',
    active: 'Ein Zugriff ist jetzt offen',
    ending: 'Ein Zugriff endet bald',
    ended: 'Ein Zugriff ist beendet',
    opening: 'Gleich öffnet sich ein Zugriff ohne Ihre Freigabe',
    emergency: 'Es gibt Neues zu einem Notfallzugriff',
    supervision: 'Eine Aufsichtsregel hat bei einem Zugriff gegriffen',
    trust: 'Es gibt Neues zu dem, was Ihre Daten schützt',
    demand: 'Es gibt Neues zu einem behördlichen Verlangen',
    keyCreated: 'Auf Ihrer Seite wurde ein API-Schlüssel angelegt',
    notices: 'Welche Benachrichtigungen Sie erreichen, hat sich geändert',
    accessReview: 'Es gibt Neues zur Zugangsprüfung',
    practice: 'Es gibt Neues zu einer Übung',
    statement: 'Der Auszug des Tages ist da',
  },
};
