import { supervisedCount, supervisedText } from '@countersign/wording';
import type { EventWords, Sentences } from './event-words.js';

const until = (at: string) => (at === '' ? '' : `, bis ${at}`);
const forWhat = (scope: string) => (scope === '' ? '' : `: ${scope}`);
const because = (reason: string) => (reason === '' ? '' : ` (${reason})`);
const times = (count: string) => (count === '' || count === '1' ? '' : `, ${count}-mal`);

const END: Readonly<Record<string, string>> = {
  expired: 'die Zeit war abgelaufen',
  revoked: 'er wurde gestoppt',
  released: 'er wurde zurückgegeben',
  exhausted: 'sein Budget war aufgebraucht',
};
const DECISION: Readonly<Record<string, string>> = {
  approve: 'hat die Anfrage freigegeben',
  deny: 'hat die Anfrage abgelehnt',
  counter: 'hat auf die Anfrage weniger angeboten',
};
const OUTCOME: Readonly<Record<string, string>> = {
  completed: 'vollständig',
  cut: 'abgebrochen',
  failed: 'fehlgeschlagen',
};
const REVIEWED: Readonly<Record<string, string>> = {
  ...{ grant: 'ein Zugriff', invitation: 'eine Einladung', rule: 'eine Regel' },
  ...{ person: 'die Rollen einer Person', 'api-key': 'ein API-Schlüssel', session: 'eine Sitzung' },
};
const REVIEW_OUTCOME: Readonly<Record<string, string>> = {
  ...{ confirmed: 'bestätigt', pruned: 'beendet', gone: 'vorher schon beendet' },
  ...{ lapsed: 'nicht beantwortet und darum beendet', kept: 'nicht beantwortet und behalten' },
};
const PRACTISED: Readonly<Record<string, string>> = {
  passed: 'richtig',
  wrong: 'falsch',
  'passkey-failed': 'richtig, und der Passkey hat nicht funktioniert',
};
const LOCKED: Readonly<Record<string, string>> = {
  tenant: 'den Kunden',
  person: 'die Person',
  service: 'den Dienst',
  grant: 'den Zugriff',
};
const known = (words: Readonly<Record<string, string>>, key: string) =>
  Object.hasOwn(words, key) ? (words[key] ?? key) : key;

const SUPERVISED: Readonly<Record<string, string>> = {
  notified: 'Personen wurden benachrichtigt',
  paused: 'der Zugriff wurde angehalten',
  stopped: 'der Zugriff wurde beendet',
};
const limitOf = (e: EventWords<'count' | 'over' | 'within'>): string =>
  supervisedText(
    {
      count: supervisedCount(e.value('count')),
      over: Number(e.value('over')),
      within: Number(e.value('within')),
    },
    'de',
  );

/** Other customers do not read the name of a service that is for some customers. */
const serviceOf = (e: EventWords<'service'>) => {
  const name = e.value('service');
  return name === '' ? 'einen Dienst für einige Kunden' : `den Dienst ${name}`;
};

/** One German sentence for each type of event. */
export const german: Sentences = {
  'access-review.closed': (e) => `Die Zugangsprüfung des Quartals ab ${e.value('quarter')} ist beendet`,
  'access-review.decided': (e) =>
    `${e.actor}: Zugangsprüfung, ${known(REVIEWED, e.value('kind'))} ${known(REVIEW_OUTCOME, e.value('outcome'))}`,
  'access-review.opened': (e) =>
    `Die Zugangsprüfung des Quartals ab ${e.value('quarter')} hat begonnen; fällig ${e.instant('dueAt')}`,
  'access.allowed': (e) =>
    `${e.person('requester')} hat ${e.value('service')} aufgerufen: ${e.value('method')} ${e.value('resource')} (${e.value('action')})`,
  'access.counters': () => 'Ein Gateway hat abgewiesene Aufrufe gezählt, die zu keinem Zugriff gehören',
  'access.outcome': (e) => `Ein Aufruf endete: ${known(OUTCOME, e.value('outcome')) || 'Ausgang unbekannt'}`,
  'access.refused': (e) =>
    `Ein Aufruf von ${e.person('requester')} an ${e.value('service')} wurde abgewiesen: ${e.value('code')}${times(e.value('count'))}`,
  'api-key.created': (e) =>
    `${e.actor} hat einen API-Schlüssel für ${e.person('person')} angelegt${until(e.instant('expiresAt'))}`,
  'api-key.revoked': (e) => `${e.actor} hat einen API-Schlüssel von ${e.person('person')} beendet`,
  'browser.opened': (e) => `${e.actor} hat den Dienst in einem Browser geöffnet`,
  'coverage.stated': () => 'Der Anbieter hat alle Wege zu Kundendaten angegeben, und was sie kontrolliert',
  'demand.accessed': (e) =>
    `Zugriff für eine Behörde unter Schweigepflicht stand bei ${e.value('size')} Einträgen des Protokolls ${e.value('log')}`,
  'demand.challenged': (e) => `${e.actor} hat ein behördliches Verlangen nach den Daten angefochten`,
  'demand.closed': (e) => `${e.actor} hat ein behördliches Verlangen abgeschlossen`,
  'demand.disclosed': (e) =>
    `${e.actor} hat auf ein behördliches Verlangen Daten herausgegeben${because(e.value('accounts') === '' ? '' : `betroffene Konten: ${e.value('accounts')}`)}`,
  'demand.documented': (e) => `${e.actor} hat ein Dokument zu einem behördlichen Verlangen abgelegt`,
  'demand.extended': (e) =>
    `${e.actor} hat bestätigt, dass ein Verlangen versiegelt bleibt${until(e.instant('until'))}`,
  'demand.extension-proposed': (e) =>
    `${e.actor} hat vorgeschlagen, dass ein Verlangen versiegelt bleibt${until(e.instant('until'))}`,
  'demand.kept': (e) =>
    `Der Anbieter behielt eine versiegelte Kopie dessen, was aus Eintrag ${e.value('leaf')} gelöscht wurde, wie ein Verlangen unter Schweigepflicht es verlangte`,
  'demand.narrowed': (e) => `${e.actor} hat ein behördliches Verlangen einschränken lassen`,
  'demand.notified': (e) =>
    `Der Kunde wurde über den Zugriff von ${e.person('requester')} für eine Behörde benachrichtigt`,
  'demand.opened': () => 'Ein behördliches Verlangen, über das der Anbieter schweigen musste, wurde geöffnet',
  'demand.received': (e) =>
    `${e.actor} hat ein behördliches Verlangen nach den Daten erfasst (${e.value('country')}, ${e.value('kind')})`,
  'demand.redirected': (e) =>
    `${e.actor} hat eine Behörde an den Kunden verwiesen; ihre Antwort: ${e.value('outcome')}`,
  'demand.rejected': (e) => `${e.actor} hat ein behördliches Verlangen abgelehnt`,
  'deployment.checkpoint': (e) =>
    `Das Protokoll der ganzen Installation hatte ${e.value('size')} Einträge; seine Wurzel steht hier`,
  'disclosure.acknowledged': (e) =>
    `${e.actor} hat die Erklärung eines Notfalls von ${e.person('requester')} anerkannt`,
  'disclosure.disputed': (e) =>
    `${e.actor} hat die Erklärung eines Notfalls von ${e.person('requester')} bestritten`,
  'disclosure.given': (e) =>
    `${e.actor} hat den Notfall von ${e.person('requester')} erklärt${e.value('late') === 'true' ? ', verspätet' : ''}`,
  'disclosure.late': (e) =>
    `Der Anbieter hat den Notfall von ${e.person('requester')} nicht rechtzeitig erklärt`,
  'emergency.notified': (e) =>
    `Der Kunde wurde über den Notfall von ${e.person('requester')} benachrichtigt (${e.value('delivered')} von ${e.value('recipients')} Empfängern)`,
  'emergency.opened': (e) =>
    `Ein Notfall von ${e.person('requester')} begann ohne Freigabe des Kunden; die Erklärung ist fällig${until(e.instant('dueAt'))}`,
  'export.ended': (e) =>
    `${e.actor} hat die Übertragung des Protokolls ${e.value('log')} an einen Empfänger beendet (${e.value('kind')})`,
  'export.started': (e) =>
    `${e.actor} überträgt das Protokoll ${e.value('log')} an einen Empfänger (${e.value('kind')}), ab Eintrag ${e.value('from')}`,
  'feed.epoch-opened': (e) => `Der Betreiber hat Epoche ${e.value('epoch')} des Feeds der Gateways eröffnet`,
  'gateway.closed': () => 'Ein Gateway ist verschwunden; seine Aufzeichnungen bis dahin sind abgeschlossen',
  'gateway.enrolled': () => 'Der Betreiber hat ein Gateway registriert',
  'gateway.bypassed': (e) =>
    `${e.actor} meldete Aufrufe am Gateway vorbei an ${e.value('service')}: ${e.value('passed')} kamen durch, ${e.value('refused')} abgewiesen`,
  'gateway.gap': (e) =>
    e.value('next') === ''
      ? `Aufzeichnungen eines Gateways fehlen: Auf ${e.value('after')} folgte ${e.value('at')}`
      : `Aufzeichnungen eines früheren Laufs eines Gateways fehlen: die nach ${e.value('after')} und vor ${e.value('at')}`,
  'gateway.head': () => 'Ein Gateway hat unterschrieben, wie weit seine Aufzeichnungen reichen',
  'gateway.mismatch': (e) => `Eine Aufzeichnung eines Gateways passt nicht${because(e.value('reason'))}`,
  'gateway.pinned': () => 'Ein Gateway hat das Vertrauensdokument dieses Kunden festgehalten',
  'gateway.registered': () => 'Ein Gateway hat seinen Schlüssel gemeldet',
  'gateway.returned': () => 'Ein Gateway ist wieder da',
  'gateway.revoked': () => 'Der Betreiber hat ein Gateway entfernt',
  'gateway.unpinned': () => 'Ein Gateway hält das Vertrauensdokument dieses Kunden nicht mehr fest',
  'grant.ended': (e) =>
    `Der Zugriff von ${e.person('requester')} ist beendet: ${known(END, e.value('reason'))}`,
  'grant.scheduled': (e) =>
    `Der Zugriff von ${e.person('requester')} ist bereit und beginnt später${until(e.instant('useBy'))}`,
  'grant.started': (e) =>
    `Der Zugriff von ${e.person('requester')} hat begonnen${until(e.instant('endsAt'))}`,
  'hold.lifted': (e) =>
    `${e.actor} hat die Löschsperre (Legal Hold) aufgehoben: Werte dürfen wieder gelöscht werden`,
  'hold.set': (e) => `${e.actor} hat eine Löschsperre (Legal Hold) gesetzt: Kein Wert darf gelöscht werden`,
  'identity.pinned': (e) =>
    `${e.person('person')} hat sich zum ersten Mal bei ${e.value('issuer')} angemeldet`,
  'incident.opened': (e) => `${e.actor} hat für einen Vorfall Zugriff bei mehreren Kunden angefragt`,
  'invitation.created': (e) => `${e.actor} hat den Support eingeladen${forWhat(e.scope)}`,
  'invitation.expired': () => 'Eine Einladung ist abgelaufen',
  'invitation.used': () => 'Eine Anfrage passte zu einer Einladung und hat sie benutzt',
  'invitation.withdrawn': (e) => `${e.actor} hat eine Einladung zurückgezogen`,
  'isolation.tested': (e) =>
    e.value('passed') === 'true'
      ? 'Der nächtliche Test hat keinen Weg gefunden, auf dem ein Kunde Daten eines anderen liest'
      : 'Der nächtliche Test der Trennung der Kunden ist nicht bestanden',
  'lock.lifted': (e) =>
    e.value('kind') === 'grant'
      ? `${e.actor} hat einen angehaltenen Zugriff weitergehen lassen`
      : `${e.actor} hat die Sperre aufgehoben, die ${known(LOCKED, e.value('kind'))} ${e.value('name')} betraf`,
  'lock.set': (e) =>
    e.value('kind') === 'grant'
      ? `Die Regel „${e.value('rule')}“ hat einen Zugriff angehalten`
      : `${e.actor} hat ${known(LOCKED, e.value('kind'))} ${e.value('name')} gesperrt${until(e.instant('expiresAt'))}`,
  'log.key': () => 'Das Protokoll hat einen neuen Schlüssel, und der alte hat ihn unterschrieben',
  'log.pruned': (e) =>
    `Einträge vor ${e.value('before')} werden nicht mehr ausgegeben: Ihre Frist ist abgelaufen`,
  'log.restored': (e) =>
    `Das Protokoll stammt aus einer Sicherung: ${e.value('kept')} Einträge blieben, ${e.value('lost')} sind verloren`,
  'log.sealed': (e) =>
    `Der versiegelte Eintrag vom ${e.value('day')}: Es gibt ihn jeden Tag, und nach einem Jahr wird er geöffnet`,
  'log.settings': (e) => `${e.actor} hat die Einstellungen des Protokolls geändert`,
  'log.unsealed': (e) => `Der versiegelte Eintrag vom ${e.value('day')} wurde geöffnet`,
  'master-key.rotated': () => 'Der Betreiber hat den Hauptschlüssel der Datenbank ersetzt',
  'notice-address.added': (e) =>
    `${e.actor} hat eine Benachrichtigungsadresse hinzugefügt; sie wartet auf ihren Code`,
  'notice-address.changed': (e) => `${e.actor} hat geändert, was eine Benachrichtigungsadresse bekommt`,
  'notice-address.confirmed': (e) =>
    `${e.actor} hat eine Benachrichtigungsadresse bestätigt: Sie bekommt ab jetzt Nachrichten`,
  'notice-address.removed': (e) => `${e.actor} hat eine Benachrichtigungsadresse entfernt`,
  'notice.retried': (e) =>
    `${e.actor} hat eine Nachricht erneut gesendet, die nicht zugestellt werden konnte`,
  'opening.erased': (e) =>
    `${e.actor} hat persönliche Werte von Eintrag ${e.value('leaf')} gelöscht${because(e.value('authority'))}; der Beweis bleibt`,
  'organisation.applied': (e) =>
    `Der Betreiber hat eine Organisationsdatei angewandt: ${e.value('added')} hinzugefügt, ${e.value('changed')} geändert, ${e.value('removed')} entfernt, ${e.value('proposed')} vorgeschlagen`,
  'passkey.confirmed': (e) => `${e.actor} hat einen neuen Passkey von ${e.person('person')} bestätigt`,
  'passkey.enrolled': (e) => `${e.person('person')} hat einen Passkey angelegt`,
  'passkey.removed': (e) => `${e.actor} hat einen Passkey von ${e.person('person')} entfernt`,
  'person.add': (e) => `${e.actor} hat ${e.person('person')} hinzugefügt`,
  'person.change': (e) => `${e.actor} hat die Rollen von ${e.person('person')} geändert`,
  'person.remove': (e) => `${e.actor} hat ${e.person('person')} entfernt`,
  'practice.answered': (e) =>
    `${e.actor} hat eine Übungsanfrage beantwortet: ${known(PRACTISED, e.value('result'))}. Nichts wurde geöffnet`,
  'practice.closed': () => 'Eine Übung der Freigebenden ist beendet',
  'practice.opened': (e) => `Eine Übung der Freigebenden begann; fällig ${e.instant('dueAt')}`,
  'preferences.changed': (e) =>
    e.actor === e.person('person')
      ? `${e.actor} hat die eigenen Benachrichtigungen oder die eigene Zeitzone geändert`
      : `Ein Browser zeigt die Benachrichtigungen von ${e.person('person')} nicht mehr: Jemand anderes hat dort eigene eingeschaltet`,
  'recovery-key.registered': (e) => `${e.person('person')} hat einen Ersatzschlüssel angelegt`,
  'recovery-key.removed': (e) => `${e.actor} hat einen Ersatzschlüssel von ${e.person('person')} entfernt`,
  'report.published': (e) => `Der Transparenzbericht ${e.value('period')} wurde veröffentlicht`,
  'request.accepted': (e) => `${e.actor} hat weniger angenommen, als angefragt war`,
  'request.answered': (e) => `${e.actor} hat eine Frage zu einer Anfrage beantwortet`,
  'request.approved': (e) => `Die Anfrage von ${e.person('requester')} hat alle Freigaben, die sie braucht`,
  'request.asked': (e) => `${e.actor} hat ${e.person('requester')} eine Frage zur Anfrage gestellt`,
  'request.awaiting_customer': (e) => `Die Anfrage von ${e.person('requester')} wartet auf den Kunden`,
  'request.awaiting_vendor': (e) =>
    `Die Anfrage von ${e.person('requester')} wartet auf die Prüfung des Anbieters`,
  'request.cancelled': (e) => `${e.actor} hat eine Anfrage zurückgezogen`,
  'request.countered': (e) => `${e.person('requester')} wurde weniger angeboten, als angefragt war`,
  'request.created': (e) => `${e.person('requester')} hat Zugriff angefragt${forWhat(e.scope)}`,
  'request.denied': (e) => `Die Anfrage von ${e.person('requester')} wurde abgelehnt`,
  'request.expired': (e) =>
    `Die Anfrage von ${e.person('requester')} ist verfallen: Niemand hat rechtzeitig entschieden`,
  'request.forwarded': (e) =>
    `${e.actor} hat die Anfrage von ${e.person('requester')} an ${e.person('to')} weitergeleitet`,
  'request.notifying': (e) => `Der Kunde wird über einen Notfall von ${e.person('requester')} benachrichtigt`,
  'request.reviewed': (e) =>
    `${e.actor} ${known(DECISION, e.value('decision')) || 'hat die Anfrage geprüft'}: ${e.person('requester')}`,
  'request.stage-overdue': (e) =>
    `Die Anfrage von ${e.person('requester')} hat zu lange auf „${e.value('stage')}“ gewartet: Auch andere dürfen nun entscheiden`,
  'review.voided': () =>
    'Eine Prüfung zählt nicht mehr: Wer sie abgab, ist gegangen oder hat die Rolle verloren',
  'scim-token.created': (e) =>
    `Der Betreiber hat einen Zugang zur Verwaltung von Personen angelegt${until(e.instant('expiresAt'))}`,
  'scim-token.revoked': () => 'Der Betreiber hat einen Zugang zur Verwaltung von Personen beendet',
  'service.applied': (e) => `Der Betreiber hat ${serviceOf(e)} eingerichtet`,
  'service.removed': (e) => `Der Betreiber hat ${serviceOf(e)} entfernt`,
  'service.upstream': (e) => `Der Betreiber hat festgelegt, wie Gateways Anfragen an ${serviceOf(e)} senden`,
  'service.tenants': () => 'Der Betreiber hat festgelegt, welche Kunden einen Dienst für einige Kunden haben',
  'session.ended': (e) => `${e.person('person')} hat sich abgemeldet`,
  'session.started': (e) => `${e.person('person')} hat sich angemeldet (${e.value('assurance')})`,
  'signal.received': (e) => `Der Anmeldedienst hat die Sitzungen von ${e.person('person')} beendet`,
  'signing-key.created': (e) => `Ein Schlüssel des Servers wurde angelegt (${e.value('use')})`,
  'signing-key.revoked': (e) =>
    `Der Betreiber hat einen Schlüssel des Servers widerrufen (${e.value('use')})`,
  'signing-key.rotated': (e) => `Der Betreiber hat einen Schlüssel des Servers ersetzt (${e.value('use')})`,
  'slack.ended': (e) => `Slack ist nicht mehr verbunden${because(e.value('reason'))}`,
  'slack.installed': (e) => `${e.actor} hat Slack verbunden`,
  'slack.linked': (e) => `${e.person('person')} hat ein Slack-Konto verknüpft`,
  'slack.unlinked': (e) => `${e.person('person')} hat ein Slack-Konto gelöst`,
  'standing.stated': (e) =>
    e.value('zero') === 'true'
      ? `Am ${e.value('day')} stand über Countersign kein Zugang offen`
      : `Die am ${e.value('day')} über Countersign offenen Zugänge wurden aufgelistet`,
  'supervision.crossed': (e) =>
    `${e.person('requester')} hat die Regel „${e.value('rule')}“ ${e.value('side') === 'vendor' ? 'des Anbieters' : 'des Kunden'} überschritten (${limitOf(e)}); ${known(SUPERVISED, e.value('done'))}`,
  'tenant.add': () => 'Der Betreiber hat diesen Kunden hinzugefügt',
  'tenant.change': (e) => `${e.actor} hat die Datenschutzregeln geändert`,
  'tenant.propose': () => 'Der Betreiber hat andere Datenschutzregeln vorgeschlagen; der Kunde entscheidet',
  'tenant.remove': () => 'Der Betreiber hat diesen Kunden entfernt',
  'token.minted': (e) =>
    `${e.actor} hat ein Token für einen offenen Zugriff erhalten${until(e.instant('expiresAt'))}`,
  'trust.adopted': (e) => `Version ${e.value('seq')} des Vertrauensdokuments gilt`,
  'trust.expiring': (e) => `Das Vertrauensdokument läuft bald ab${until(e.instant('validUntil'))}`,
  'trust.lifted': (e) => `${e.actor} hat einen unterschriebenen Stopp aufgehoben`,
  'trust.proposed': (e) => `${e.actor} hat das nächste Vertrauensdokument vorgeschlagen`,
  'trust.relayed': () => 'Ein Gateway hat einen unterschriebenen Stopp weitergegeben',
  'trust.reset': () => 'Der Anbieter setzt ein Vertrauensdokument zurück, weil alle Schlüssel verloren sind',
  'trust.reset-cancelled': () => 'Das Zurücksetzen eines Vertrauensdokuments wurde abgebrochen',
  'trust.reset-used': () => 'Das Zurücksetzen eines Vertrauensdokuments wurde benutzt',
  'trust.signed': (e) => `${e.person('person')} hat das vorgeschlagene Vertrauensdokument unterschrieben`,
  'trust.stopped': (e) => `${e.actor} hat den Zugriff mit einem Passkey gestoppt`,
  'trust.withdrawn': (e) => `${e.actor} hat ein vorgeschlagenes Vertrauensdokument zurückgezogen`,
  'vendor.applied': () => 'Der Betreiber hat die Einstellungen des Anbieters geändert',
  'widening.confirmed': (e) => `${e.actor} hat den Vorschlag bestätigt, ${wider(e)}`,
  'widening.lapsed': (e) =>
    e.value('reason') === 'superseded'
      ? `Der Vorschlag, ${wider(e)}, ist verfallen: Inzwischen gab es eine Änderung`
      : `Der Vorschlag, ${wider(e)}, ist verfallen: Niemand hat ihn bestätigt`,
  'widening.proposed': (e) => `${e.actor} hat vorgeschlagen, ${wider(e)}; das wartet noch`,
  'widening.withdrawn': (e) => `${e.actor} hat den Vorschlag zurückgezogen, ${wider(e)}`,
};

function wider(e: EventWords<'person'>): string {
  return e.value('person') === ''
    ? 'die Datenschutzregeln zu lockern'
    : `${e.person('person')} mehr entscheiden zu lassen`;
}
