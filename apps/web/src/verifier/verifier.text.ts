import type { Catalogue } from '../text/languages.js';

const en = {
  title: 'Verify a log',
  lead: 'This page verifies a copy of a log on your own computer. It reads only the files that you choose, and sends nothing anywhere. It works without a network.',
  folder: '1. The copy of the log',
  folderHint: 'Choose the folder that “countersign log mirror” made, or drop it here.',
  folderLabel: 'Folder',
  chosen: (files: string) => `${files} files of a log are chosen.`,
  noLog: 'There is no log in this folder: it has no file “checkpoint”.',
  hasDeployment: 'The deployment’s log is in it too, so calls and approvals are checked.',
  noDeployment: 'The deployment’s log is not in it, so calls and approvals cannot be checked.',
  key: '2. Whose log it must be',
  anchor: 'Your anchor file',
  vkey: 'or the log’s verifier key',
  button: 'Verify',
  needFolder: 'Choose the copy of a log first.',
  needKey: 'Give your anchor file, or the verifier key.',
  reading: 'Reading …',
  progress: (done: string, size: string) => `${done} of ${size} leaves`,
  progressDeployment: (done: string, size: string) => `${done} of ${size} leaves of the deployment’s log`,
  ok: (count: string) => `Verified: ${count} leaves`,
  okStructure: (count: string) => `Verified without calls and approvals: ${count} leaves`,
  log: 'Log',
  root: 'Root',
  checked: 'What was checked',
  checks: {
    structure:
      'The checkpoint is signed by this key, each leaf and hash leads to its root, and each leaf is at its own place.',
    calls: (calls: string, grants: string) =>
      `Allowed calls: ${calls}, grants: ${grants}. Each call lies under a grant whose approvals were what the policy of that moment required.`,
    opened: (count: string) => `${count} values open their commitments.`,
    trust: (hash: string) => `The trust document in force has the fingerprint ${hash}.`,
    unclaimed: 'The tenant is not claimed: its approvals are the vendor’s word.',
    witnessed: (names: string) => `Witnesses that signed the checkpoint: ${names}.`,
  },
  notChecked: 'What was not checked',
  gaps: {
    sealed: (logs: string) =>
      `Calls for an authority under a gag are in logs of their own, which this page does not have: ${logs}. “countersign log mirror” copies them, and “log verify” verifies them.`,
    replay:
      'Whether each call lay under an approval: the copy lacks the deployment’s log, or leaves were pruned.',
    noTenant: 'This log has no calls and approvals.',
    openings: 'The values behind commitments: the copy has none.',
    truth: 'Whether what is written is true, and whether something was never written.',
    older:
      'Whether the log is the newest, and continues an earlier copy of yours: the command line can, with --state.',
  },
  notes: 'Notes',
  failed: 'The log does not verify',
  replayFault: 'What the leaves say does not fit together.',
  detail: 'Detail',
  unreadable: 'A file could not be read. Choose the folder again.',
};

const de: typeof en = {
  title: 'Ein Protokoll prüfen',
  lead: 'Diese Seite prüft die Kopie eines Protokolls auf Ihrem eigenen Rechner. Sie liest nur die Dateien, die Sie wählen, und sendet nichts. Sie braucht kein Netz.',
  folder: '1. Die Kopie des Protokolls',
  folderHint:
    'Wählen Sie den Ordner, den „countersign log mirror“ angelegt hat, oder ziehen Sie ihn hierher.',
  folderLabel: 'Ordner',
  chosen: (files) => `${files} Dateien eines Protokolls sind gewählt.`,
  noLog: 'In diesem Ordner ist kein Protokoll: Die Datei „checkpoint“ fehlt.',
  hasDeployment: 'Das Protokoll der Installation ist auch darin; Aufrufe und Freigaben werden geprüft.',
  noDeployment: 'Das Protokoll der Installation fehlt darin; Aufrufe und Freigaben lassen sich nicht prüfen.',
  key: '2. Wessen Protokoll es sein muss',
  anchor: 'Ihre Ankerdatei',
  vkey: 'oder der Prüfschlüssel des Protokolls',
  button: 'Prüfen',
  needFolder: 'Wählen Sie zuerst die Kopie eines Protokolls.',
  needKey: 'Geben Sie Ihre Ankerdatei oder den Prüfschlüssel an.',
  reading: 'Wird gelesen …',
  progress: (done, size) => `${done} von ${size} Einträgen`,
  progressDeployment: (done, size) => `${done} von ${size} Einträgen des Protokolls der Installation`,
  ok: (count) => `Geprüft: ${count} Einträge`,
  okStructure: (count) => `Geprüft ohne Aufrufe und Freigaben: ${count} Einträge`,
  log: 'Protokoll',
  root: 'Wurzel',
  checked: 'Was geprüft wurde',
  checks: {
    structure:
      'Der Prüfpunkt ist mit diesem Schlüssel unterschrieben, jeder Eintrag und jede Prüfsumme führt zu seiner Wurzel, und jeder Eintrag steht an seiner Stelle.',
    calls: (calls, grants) =>
      `Erlaubte Aufrufe: ${calls}, Zugriffe: ${grants}. Jeder Aufruf liegt unter einem Zugriff, dessen Freigaben den damaligen Regeln entsprachen.`,
    opened: (count) => `${count} Werte passen zu ihren Festlegungen.`,
    trust: (hash) => `Das geltende Vertrauensdokument hat den Fingerabdruck ${hash}.`,
    unclaimed: 'Die Organisation ist nicht beansprucht: Ihre Freigaben sind das Wort des Anbieters.',
    witnessed: (names) => `Zeugen, die den Prüfpunkt unterschrieben haben: ${names}.`,
  },
  notChecked: 'Was nicht geprüft wurde',
  gaps: {
    sealed: (logs: string) =>
      `Aufrufe für eine Behörde unter Schweigepflicht stehen in eigenen Protokollen, die diese Seite nicht hat: ${logs}. „countersign log mirror“ kopiert sie, und „log verify“ prüft sie.`,
    replay:
      'Ob jeder Aufruf unter einer Freigabe lag: Der Kopie fehlt das Protokoll der Installation, oder Einträge wurden gelöscht.',
    noTenant: 'Dieses Protokoll hat keine Aufrufe und Freigaben.',
    openings: 'Die Werte hinter den Festlegungen: Die Kopie hat keine.',
    truth: 'Ob wahr ist, was geschrieben steht, und ob etwas nie geschrieben wurde.',
    older:
      'Ob das Protokoll das neueste ist und eine frühere Kopie fortsetzt: Das kann die Befehlszeile mit --state.',
  },
  notes: 'Hinweise',
  failed: 'Das Protokoll hält der Prüfung nicht stand',
  replayFault: 'Was die Einträge sagen, passt nicht zusammen.',
  detail: 'Einzelheit',
  unreadable: 'Eine Datei konnte nicht gelesen werden. Wählen Sie den Ordner noch einmal.',
};

export type VerifierWords = typeof en;
export const verifierTexts: Catalogue<VerifierWords> = { en, de };
