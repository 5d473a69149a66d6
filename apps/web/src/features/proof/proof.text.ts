import type { Catalogue } from '../../text/languages.js';

const en = {
  title: 'Proof',
  lead: 'The log only grows, and you can check that without trusting the vendor.',
  activity: 'What is in it',
  log: 'Log',
  deploymentLog: 'The whole installation',
  vendorLog: (vendor: string) => `${vendor}’s own`,
  checkpoint: 'Newest checkpoint',
  leaves: 'Leaves',
  signed: 'Signed',
  key: 'By key',
  origin: 'Name of the log',
  root: 'Root',
  asGiven: 'This is what the server says. It is verified below.',
  verify: 'Verify in this browser',
  never: 'This browser has not verified this log yet.',
  last: 'Last verified in this browser',
  lastSize: (count: string) => `${count} leaves`,
  button: 'Verify now',
  anchorField: 'Your anchor file (optional)',
  anchorHint: 'If you give it, the key must be the one in your file, not only the one that the server gives.',
  progress: (done: string, size: string) => `${done} of ${size} leaves verified …`,
  beginning: 'Reading the key and the checkpoint …',
  ok: (count: string) => `Verified in this browser: ${count} leaves`,
  okNew: (count: string) => `${count} of them are new since the last time.`,
  okSame: 'Nothing was added since the last time.',
  checked: 'What was checked',
  checks: {
    signature: 'The checkpoint is signed by the log’s key.',
    leaves:
      'Each leaf and each hash above it lead to the root that was signed, and each leaf is at its own place.',
    first: 'This was the first run in this browser: from now on the log must continue this one.',
    continues: (at: string) => `The log continues what this browser verified on ${at}.`,
    anchor: 'The key is the one in your anchor file, or one that it handed over to.',
    restored: (epoch: string, lost: string) =>
      `The log says that it was restored from a backup (epoch ${epoch}), and that ${lost} leaves were lost.`,
  },
  notChecked: 'What was not checked',
  gaps: {
    pruned: (before: string) =>
      `Leaves before ${before}: the log pruned them, as it says. Only a mirror from before has them.`,
    truth: 'Whether what is written is true, and whether something was never written.',
    policy:
      'Whether each call lay under an approval that your rules require. The command line and the verifier page check that.',
    key: 'Whether the key is genuine: the server gave it. Give your anchor file to check that.',
    storage: 'Whether the next log continues this one: this browser stores nothing.',
    page: 'This page itself: it comes from the vendor’s server. The commands below do the same without it.',
  },
  acceptRestored: 'I know why it was restored: go on',
  forget: 'Forget what this browser knows, and begin again',
  forgetHint:
    'Only if you know why the log changed. Keep the old anchor file and mirror: they are your evidence.',
  inconsistent:
    'The server does not sign this log any more: it is not what it signed before. Ask the vendor to explain.',
  detail: 'Detail',
  witnesses: 'Witnesses',
  witnessesLead:
    'A witness signs only a log that continues the last one that it signed. So no two people can be shown different logs.',
  witnessesNone: 'Your trust document names no witnesses.',
  witnessesMissing: 'A majority of the witnesses has not signed this log since',
  witnessesMissingWhat:
    'That is longer than your trust document allows. Until they sign again, only the vendor vouches that everyone is shown the same log. Find out from their operators whether they are down, or have been shown another log.',
  witness: 'Witness',
  signedLast: 'Signed last, as the server says',
  hereChecked: 'In this browser',
  cosigned: {
    signed: 'Signature verified',
    missing: 'This checkpoint is not signed by it',
    bad_signature: 'Wrong signature',
    invalid_key: 'Not a key of a witness',
  },
  notYet: 'not verified yet',
  noSize: 'nothing yet',
  sizeAt: (count: string) => `${count} leaves, `,
  files: 'Files to keep',
  anchorFile: 'Anchor file',
  checkpointFile: 'Checkpoint',
  policyFile: 'Policy for stock tools',
  noAnchor:
    'There is no anchor file, because nothing is claimed here. Keep this key instead, where the vendor cannot reach it:',
  verifierPage: 'Verifier page',
  verifierPageLead:
    'One file that you keep and open without a server. It verifies the copy that “log mirror” made, with its calls and approvals, and sends nothing anywhere.',
  verifierPageHash: 'Compare its SHA-256 with the one in the source of the release:',
  verifierPageTake: 'Download the verifier page',
  commands: 'Without this page',
  commandsLead:
    'Three commands copy the log, verify it offline, and witness that it only grows. They need an API key of yours.',
  more: 'They name the first fault, if there is one. Any tool that knows C2SP tlog-tiles can do the same.',
};

const de: typeof en = {
  title: 'Beweis',
  lead: 'Das Protokoll wächst nur, und das können Sie prüfen, ohne dem Anbieter zu vertrauen.',
  activity: 'Was darin steht',
  log: 'Protokoll',
  deploymentLog: 'Die ganze Installation',
  vendorLog: (vendor) => `Das eigene von ${vendor}`,
  checkpoint: 'Neuester Prüfpunkt',
  leaves: 'Einträge',
  signed: 'Unterschrieben',
  key: 'Mit Schlüssel',
  origin: 'Name des Protokolls',
  root: 'Wurzel',
  asGiven: 'Das sagt der Server. Geprüft wird es unten.',
  verify: 'In diesem Browser prüfen',
  never: 'Dieser Browser hat dieses Protokoll noch nicht geprüft.',
  last: 'Zuletzt in diesem Browser geprüft',
  lastSize: (count) => `${count} Einträge`,
  button: 'Jetzt prüfen',
  anchorField: 'Ihre Ankerdatei (optional)',
  anchorHint: 'Dann muss der Schlüssel der in Ihrer Datei sein, nicht nur der, den der Server nennt.',
  progress: (done, size) => `${done} von ${size} Einträgen geprüft …`,
  beginning: 'Schlüssel und Prüfpunkt werden gelesen …',
  ok: (count) => `In diesem Browser geprüft: ${count} Einträge`,
  okNew: (count) => `${count} davon sind seit dem letzten Mal neu.`,
  okSame: 'Seit dem letzten Mal kam nichts hinzu.',
  checked: 'Was geprüft wurde',
  checks: {
    signature: 'Der Prüfpunkt ist mit dem Schlüssel des Protokolls unterschrieben.',
    leaves:
      'Jeder Eintrag und jede Prüfsumme darüber führen zu der Wurzel, die unterschrieben wurde, und jeder Eintrag steht an seiner Stelle.',
    first:
      'Das war die erste Prüfung in diesem Browser: Von nun an muss das Protokoll diesen Stand fortsetzen.',
    continues: (at) => `Das Protokoll setzt fort, was dieser Browser am ${at} geprüft hat.`,
    anchor: 'Der Schlüssel ist der in Ihrer Ankerdatei, oder einer, den er bestätigt hat.',
    restored: (epoch, lost) =>
      `Das Protokoll sagt, dass es aus einer Sicherung stammt (Epoche ${epoch}) und ${lost} Einträge verloren sind.`,
  },
  notChecked: 'Was nicht geprüft wurde',
  gaps: {
    pruned: (before) =>
      `Einträge vor ${before}: Das Protokoll hat sie gelöscht, wie es sagt. Nur eine frühere Kopie hat sie noch.`,
    truth: 'Ob wahr ist, was geschrieben steht, und ob etwas nie geschrieben wurde.',
    policy:
      'Ob jeder Aufruf unter einer Freigabe lag, die Ihre Regeln verlangen. Das prüfen die Befehlszeile und die Prüfseite.',
    key: 'Ob der Schlüssel echt ist: Der Server hat ihn genannt. Geben Sie Ihre Ankerdatei an, um das zu prüfen.',
    storage: 'Ob das nächste Protokoll dieses fortsetzt: Dieser Browser speichert nichts.',
    page: 'Diese Seite selbst: Sie kommt vom Server des Anbieters. Die Befehle unten tun dasselbe ohne sie.',
  },
  acceptRestored: 'Ich kenne den Grund der Wiederherstellung: weiter prüfen',
  forget: 'Vergessen, was dieser Browser weiß, und neu beginnen',
  forgetHint:
    'Nur, wenn Sie wissen, warum das Protokoll sich geändert hat. Behalten Sie die alte Ankerdatei und die Kopie: Sie sind Ihr Beweis.',
  inconsistent:
    'Der Server unterschreibt dieses Protokoll nicht mehr: Es ist nicht das, was er zuvor unterschrieben hat. Verlangen Sie vom Anbieter eine Erklärung.',
  detail: 'Einzelheit',
  witnesses: 'Zeugen',
  witnessesLead:
    'Ein Zeuge unterschreibt nur ein Protokoll, das fortsetzt, was er zuletzt unterschrieben hat. So können nicht zwei Menschen verschiedene Protokolle sehen.',
  witnessesNone: 'Ihr Vertrauensdokument nennt keine Zeugen.',
  witnessesMissing: 'Eine Mehrheit der Zeugen hat dieses Protokoll nicht unterschrieben seit',
  witnessesMissingWhat:
    'Das ist länger, als Ihr Vertrauensdokument erlaubt. Bis sie wieder unterschreiben, bürgt nur der Anbieter dafür, dass alle dasselbe Protokoll sehen. Klären Sie mit ihren Betreibern, ob sie ausgefallen sind oder ein anderes Protokoll gesehen haben.',
  witness: 'Zeuge',
  signedLast: 'Zuletzt unterschrieben, wie der Server sagt',
  hereChecked: 'In diesem Browser',
  cosigned: {
    signed: 'Unterschrift geprüft',
    missing: 'Dieser Prüfpunkt trägt seine Unterschrift nicht',
    bad_signature: 'Falsche Unterschrift',
    invalid_key: 'Kein Schlüssel eines Zeugen',
  },
  notYet: 'noch nicht geprüft',
  noSize: 'noch nichts',
  sizeAt: (count) => `${count} Einträge, `,
  files: 'Dateien zum Aufbewahren',
  anchorFile: 'Ankerdatei',
  checkpointFile: 'Prüfpunkt',
  policyFile: 'Regel für fremde Werkzeuge',
  noAnchor:
    'Es gibt keine Ankerdatei, weil es hier keine beanspruchte Organisation gibt. Bewahren Sie stattdessen diesen Schlüssel an einem Ort auf, den der Anbieter nicht erreicht:',
  verifierPage: 'Prüfseite',
  verifierPageLead:
    'Eine Datei, die Sie aufbewahren und ohne Server öffnen. Sie prüft die Kopie, die „log mirror“ angelegt hat, mit ihren Aufrufen und Freigaben, und sendet nichts.',
  verifierPageHash: 'Vergleichen Sie ihr SHA-256 mit dem im Quelltext der Version:',
  verifierPageTake: 'Prüfseite herunterladen',
  commands: 'Ohne diese Seite',
  commandsLead:
    'Drei Befehle kopieren das Protokoll, prüfen es offline und bezeugen sein Wachstum. Sie brauchen einen API-Schlüssel von Ihnen.',
  more: 'Sie nennen den ersten Fehler, falls es einen gibt. Jedes Werkzeug, das C2SP tlog-tiles kennt, kann dasselbe.',
};

export const proofTexts: Catalogue<typeof en> = { en, de };
