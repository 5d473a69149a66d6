import type { Catalogue } from '../../text/languages.js';

const en = {
  title: 'Evidence for an audit',
  lead: 'One file with every request, approval, grant and call of a period, the leaves of the log that prove them, a sample, the rules in force, access reviews and exceptions. It also lists the clauses of common frameworks that these support.',
  customer: 'Customer',
  period: 'Period',
  soFar: 'This quarter so far',
  download: 'Download the pack',
  busy: 'The pack is being made …',
  done: 'The pack was downloaded.',
  verify:
    'The pack can be verified without any server: signature, hashes and proofs. Every table is made again from the log and compared. Use the anchor file that you have kept.',
};

const de: typeof en = {
  title: 'Nachweise für eine Prüfung',
  lead: 'Eine Datei mit allen Anfragen, Freigaben, Zugriffen und Aufrufen eines Zeitraums, den Einträgen des Protokolls, die sie belegen, einer Stichprobe, den geltenden Regeln, Zugangsprüfungen und Ausnahmen. Sie nennt auch die Abschnitte gängiger Regelwerke, für die das Nachweise liefert.',
  customer: 'Kunde',
  period: 'Zeitraum',
  soFar: 'Dieses Quartal bis jetzt',
  download: 'Paket herunterladen',
  busy: 'Das Paket wird erstellt …',
  done: 'Das Paket wurde heruntergeladen.',
  verify:
    'Das Paket lässt sich ohne Server prüfen: Signatur, Hashes und Beweise. Jede Tabelle wird aus dem Protokoll neu erstellt und verglichen. Verwenden Sie die Ankerdatei, die Sie aufbewahrt haben.',
};

/** Texts of the section *Evidence for an audit*. */
export const evidenceTexts: Catalogue<typeof en> = { en, de };
