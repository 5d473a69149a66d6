import type { GlossaryEntry, GlossaryWord } from './glossary.js';

/** The same terms in German, as the pages write them. */
export const GERMAN: Readonly<Record<GlossaryWord, GlossaryEntry>> = {
  claimed: {
    word: 'Beansprucht',
    meaning:
      'Eine Organisation ist beansprucht, sobald ihre eigenen Personen mit ihren Passkeys ein erstes Vertrauensdokument unterschrieben haben und Gateways es festgehalten haben. Von da an befolgen Gateways diese Unterschriften, was auch immer der Server des Anbieters sagt.',
  },
  'vendors-word': {
    word: 'Auf Wort des Anbieters',
    meaning:
      'Kein Passkey des Kunden hat dies unterschrieben. Gateways glauben es, weil der Server des Anbieters es sagt. Eine beanspruchte Organisation hängt davon nicht mehr ab.',
  },
  'trust-document': {
    word: 'Vertrauensdokument',
    meaning:
      'Eine Erklärung, die Personen des Kunden unterschreiben: ihre Passkeys, wie viele Freigaben ein Zugriff braucht und was niemals erlaubt ist. Jede Version nennt die Prüfsumme der vorigen, so lässt sich keine austauschen.',
  },
  fingerprint: {
    word: 'Fingerabdruck',
    meaning:
      'Eine Zeichenfolge fester Länge, errechnet aus dem ersten Vertrauensdokument. Ändert sich darin irgendetwas, ändert sie sich auch. Sie ist an jedem Gateway, auf Belegen und in der Ankerdatei dieselbe.',
  },
  pinned: {
    word: 'Festgehalten',
    meaning:
      'Jemand hat den Fingerabdruck auf dem Rechner des Gateways selbst eingetragen. Das Gateway befolgt dann nur Vertrauensdokumente, die mit diesem beginnen. Der Server des Anbieters kann das nicht ändern.',
  },
  'anchor-file': {
    word: 'Ankerdatei',
    meaning:
      'Eine kleine Datei, die der Kunde dort aufbewahrt, wo der Anbieter keinen Zugang hat. Sie enthält den Fingerabdruck und den Schlüssel des Protokolls. Mit ihr lässt sich später feststellen, ob Protokoll und Gateways noch die richtigen sind.',
  },
  'signing-page': {
    word: 'Unterschriftsseite',
    meaning:
      'Die Seite, auf der Personen sehen, was sie unterschreiben. Der Broker liefert eine aus. Ein Kunde kann eine eigene Kopie betreiben, damit keine Seite des Anbieters seine Personen etwas anderes unterschreiben lässt.',
  },
  passkey: {
    word: 'Passkey',
    meaning:
      'Ein Schlüssel in Ihrem Telefon, Computer oder Sicherheitsschlüssel, den Sie mit Finger, Gesicht oder PIN entsperren. Er verlässt das Gerät nie. Mit ihm melden Sie sich an und zeichnen gegen.',
  },
  'recovery-key': {
    word: 'Wiederherstellungsschlüssel',
    meaning:
      'Ein Schlüssel auf Papier, für den Tag, an dem Sie alle Passkeys verloren haben. Er unterschreibt das nächste Vertrauensdokument und sonst nichts. Bewahren Sie ihn getrennt von Ihren Geräten auf.',
  },
  countersignature: {
    word: 'Gegenzeichnung',
    meaning:
      'Die Unterschrift einer freigebenden Person des Kunden, mit einem Passkey, über genau das, was angefragt wurde: wer, was, wie lange und warum. Gateways prüfen sie selbst.',
  },
  risk: {
    word: 'Risiko',
    meaning:
      'Wie viel Schaden der Zugriff anrichten könnte, nach dem, was er berührt: ein einzelnes Objekt lesen ist gering, vieles ändern oder löschen hoch. Wie er freizugeben ist, ist eine eigene Regel.',
  },
  'counter-offer': {
    word: 'Gegenangebot',
    meaning:
      'Eine freigebende Person bietet weniger an als angefragt: weniger Aktionen, weniger Objekte oder weniger Zeit. Der Engineer nimmt an oder zieht zurück. Bis dahin ist nichts offen.',
  },
  'hidden-field': {
    word: 'Verborgenes Feld',
    meaning:
      'Ein Feld einer Antwort, das das Gateway durch *** ersetzt, etwa eine Bankverbindung. Der Engineer sieht es nur, wenn die Anfrage das verlangt hat und der Kunde es freigegeben hat.',
  },
  'exact-change': {
    word: 'Genaue Änderung',
    meaning:
      'Eine Anfrage für einen einzigen Aufruf mit genau dem Inhalt, der hier steht. Das Gateway lässt ihn einmal durch, und nichts, was irgendwie abweicht.',
  },
  digest: {
    word: 'Prüfsumme der Bedingungen',
    meaning:
      'Eine Zeichenfolge fester Länge, errechnet aus allem, was angefragt wurde. Freigaben und Gegenzeichnungen nennen sie. Ändert sich an der Anfrage irgendetwas, ändert sich die Prüfsumme, und sie zählen nicht mehr.',
  },
  invitation: {
    word: 'Einladung',
    meaning:
      'Der Kunde erlaubt Zugriff im Voraus, zum Beispiel „der Support darf bis Freitag Rechnungen lesen“. Eine passende Anfrage braucht keine weitere Freigabe der Person, die eingeladen hat. Der Kunde kann sie jederzeit zurückziehen.',
  },
  grant: {
    word: 'Zugriff',
    meaning:
      'Was die vollständige Freigabe öffnet: ein Engineer, genau das Freigegebene, für begrenzte Zeit. Nichts anderes lässt jemanden ein, und er endet von selbst.',
  },
  receipt: {
    word: 'Beleg',
    meaning:
      'Was erlaubt war, wer es freigegeben hat und jeder Aufruf, auf einer Seite. Dieser Browser vergleicht ihn mit dem Protokoll. Sie können ihn drucken oder als Datei aufbewahren.',
  },
  'standing-access': {
    word: 'Offene Zugänge',
    meaning:
      'Jeder Zugang über Countersign, der jetzt ohne weitere Freigabe offen ist. Das Ziel ist keiner. Andere Wege zu den Daten stehen so da, wie der Anbieter sie angibt.',
  },
  bypass: {
    word: 'Am Gateway vorbei',
    meaning:
      'Ein Aufruf, der die Daten ohne das Gateway erreicht hat und darum nicht aufgezeichnet ist. Er fällt auf, wenn die Aufrufe, die ein Dienst gesehen hat, mit den Aufzeichnungen verglichen werden.',
  },
  log: {
    word: 'Protokoll',
    meaning:
      'Alles, was geschehen ist, in der Reihenfolge des Geschehens. Ein Protokoll wächst nur. Das können Sie selbst prüfen, ohne dem Anbieter zu vertrauen.',
  },
  leaf: {
    word: 'Eintrag',
    meaning:
      'Ein einzelner Eintrag des Protokolls. Einträge ändern sich nie. Eine Prüfsumme über alle zeigt sofort, ob einer geändert, entfernt oder nachträglich eingefügt wurde.',
  },
  checkpoint: {
    word: 'Prüfpunkt',
    meaning:
      'Wie lang das Protokoll zu einem Zeitpunkt ist, und eine Prüfsumme über alles, unterschrieben mit dem Schlüssel des Protokolls. Jeder spätere Prüfpunkt muss ihn fortsetzen.',
  },
  witness: {
    word: 'Zeuge',
    meaning:
      'Ein unabhängiges Programm, das einen Prüfpunkt nur unterschreibt, wenn er den zuletzt unterschriebenen fortsetzt. So kann der Anbieter nicht verschiedenen Menschen verschiedene Protokolle zeigen.',
  },
  gateway: {
    word: 'Gateway',
    meaning:
      'Das Programm vor den Daten. Es prüft jeden Aufruf, schreibt ihn auf und gibt ihn erst dann weiter. Es hat keinen Schlüssel, der etwas öffnet.',
  },
  lock: {
    word: 'Sperre',
    meaning:
      'Sperrt eine Person, einen Kunden oder einen Dienst sofort, auch wenn Zugriff freigegeben ist. Nur die Seite, die eine Sperre gesetzt hat, kann sie aufheben.',
  },
  'signed-stop': {
    word: 'Unterschriebener Stopp',
    meaning:
      'Ein Stopp, den ein Passkey des Kunden unterschrieben hat. Gateways befolgen ihn selbst, auch wenn der Server des Anbieters weitermachen will. Nur Personen des Kunden heben ihn auf.',
  },
  'privacy-controls': {
    word: 'Datenschutzregeln',
    meaning:
      'Die eigenen Regeln des Kunden: was angefragt werden darf, für wie lange, wer freigibt und was niemals erlaubt ist. Sie gelten zusammen mit den Regeln des Anbieters, und die strengere entscheidet.',
  },
  widening: {
    word: 'Lockerung',
    meaning:
      'Eine Änderung, die mehr erlaubt als zuvor: der Regeln, oder wer entscheidet. Sie muss vielleicht warten, damit andere Admins widersprechen können. Eine Änderung, die weniger erlaubt, gilt sofort.',
  },
  supervision: {
    word: 'Aufsicht',
    meaning:
      'Regeln, die die Aufrufe eines Engineers zählen, solange Zugriff offen ist. Wird eine Grenze überschritten, werden Personen benachrichtigt, oder der Zugriff wird angehalten oder beendet.',
  },
  practice: {
    word: 'Übung',
    meaning:
      'Eine Anfrage, die nichts öffnet. Sie zeigt, ob alle Freigebenden, Telefone und Passkeys funktionieren, bevor es darauf ankommt.',
  },
  emergency: {
    word: 'Notfall',
    meaning:
      'Zugriff, den zwei Prüfer des Anbieters ohne Freigabe des Kunden eröffnen, wenn dessen Regeln das zulassen. Der Kunde wird vorher benachrichtigt, kann ihn stoppen und bekommt eine Erklärung.',
  },
  'sealed-log': {
    word: 'Versiegelt',
    meaning:
      'In einem eigenen Protokoll aufbewahrt, weil eine Anordnung dem Anbieter verbietet, den Kunden zu benachrichtigen. Der Kunde liest es, wenn diese Pflicht geendet hat. Eine tägliche Prüfsumme zeigt, dass inzwischen nichts geändert wurde.',
  },
  demand: {
    word: 'Behördliches Verlangen',
    meaning:
      'Eine Behörde verlangt Daten eines Kunden. Jeder Schritt wird festgehalten und lässt sich nicht ändern. Der Kunde wird benachrichtigt, außer wenn eine Anordnung das verbietet.',
  },
  'access-review': {
    word: 'Zugangsprüfung',
    meaning:
      'Einmal im Quartal bestätigen oder beenden die Admins des Kunden alles, was jemanden einlässt. Was niemand rechtzeitig beantwortet, endet von selbst.',
  },
  'evidence-pack': {
    word: 'Nachweispaket',
    meaning:
      'Eine Datei für Prüfer über einen Zeitraum: Anfragen, Freigaben, Aufrufe und die Teile des Protokolls, die sie beweisen. Sie lässt sich ohne jeden Server prüfen.',
  },
  'notice-address': {
    word: 'Benachrichtigungsadresse',
    meaning:
      'Eine Mailadresse des Kunden, die neben den Personen benachrichtigt wird, etwa das Postfach eines Sicherheitsteams. Die Personen des Anbieters sehen sie nicht.',
  },
  incident: {
    word: 'Vorfall',
    meaning:
      'Ein Ereignis, für das ein Engineer denselben Zugriff bei mehreren Kunden zugleich anfragt. Jeder Kunde bekommt eine eigene Anfrage, entscheidet für sich und sieht keinen anderen Kunden.',
  },
  'organisation-file': {
    word: 'Organisationsdatei',
    meaning:
      'Eine Datei, in der der Anbieter seine Dienste mit ihren Routen, sein Personal, seine Kunden und seine Regeln beschreibt. Der Betreiber des Broker-Rechners wendet sie als Ganzes an.',
  },
  'dead-letter': {
    word: 'Nicht angekommene Nachricht',
    meaning:
      'Eine Mail, Slack-Nachricht oder ein Webhook, der bei jedem Versuch gescheitert ist. Sie bleibt hier, bis jemand sie noch einmal sendet.',
  },
};
