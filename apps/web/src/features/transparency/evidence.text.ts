import type { Catalogue } from '../../text/language.js';

const en = {
  title: 'Evidence for an audit',
  lead: 'One file with every request, approval, grant and call of a period, the leaves of the log that prove them, a sample, the rules in force, access reviews, exceptions, and which clauses of common frameworks they support.',
  customer: 'Customer',
  period: 'Period',
  soFar: 'This quarter so far',
  download: 'Download the pack',
  busy: 'The pack is being made …',
  done: 'The pack was downloaded.',
  verify:
    'The pack can be verified without any server: signature, hashes, proofs, and every table once more from the log. Give the anchor file that you have kept.',
};

const de: typeof en = {
  title: 'Nachweise für eine Prüfung',
  lead: 'Eine Datei mit jeder Anfrage, jeder Freigabe, jedem Zugriff und jedem Aufruf eines Zeitraums, den Einträgen des Protokolls, die sie belegen, einer Stichprobe, den geltenden Regeln, den Überprüfungen der Zugänge, den Ausnahmen, und welche Abschnitte gängiger Regelwerke sie stützen.',
  customer: 'Kunde',
  period: 'Zeitraum',
  soFar: 'Dieses Quartal bis jetzt',
  download: 'Paket herunterladen',
  busy: 'Das Paket wird erstellt …',
  done: 'Das Paket wurde heruntergeladen.',
  verify:
    'Das Paket lässt sich ohne Server prüfen: Signatur, Hashes, Beweise, und jede Tabelle noch einmal aus dem Protokoll. Geben Sie die Ankerdatei an, die Sie aufbewahrt haben.',
};

export const evidenceTexts: Catalogue<typeof en> = { en, de };
