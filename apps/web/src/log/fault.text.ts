import type { Catalogue } from '../text/languages.js';
import type { FaultCode } from './verify-log.js';

/** What each fault says to the reader. The pages and the static verifier use the same words. */
interface FaultText {
  codes: Readonly<Record<FaultCode, string>>;
  /** Precedes the fault. */
  failed: string;
  /** Precedes `unknown_event`, which is no fault. */
  unknown: string;
  atLeaf(index: string): string;
}

const en: FaultText = {
  failed: 'The log does not verify',
  unknown: 'Unknown: a newer verifier is needed',
  atLeaf: (index) => `The first fault is at leaf ${index}.`,
  codes: {
    checkpoint: 'There is no valid checkpoint, or it is not signed by this key.',
    missing_tile: 'A part of the log that the checkpoint covers is missing.',
    wrong_length: 'A part of the log does not have the length that the checkpoint requires.',
    changed_leaf: 'A leaf was changed: its hash is not the one in the tree.',
    changed_tile: 'A hash in the tree was changed: it does not fit what is below it.',
    wrong_root: 'The leaves do not lead to the root that was signed.',
    rolled_back: 'Rolled back: the log is shorter than when it was last verified here.',
    forked: 'Forked: the log is not the one that was last verified here. Someone was shown another history.',
    invalid_state:
      'What was kept from the last run does not fit this log: it is damaged, or the log has a new name.',
    invalid_leaf: 'A leaf is not a leaf of this log at its own place.',
    unreadable_leaf: 'A leaf does not say what every event of its type says.',
    invalid_key: 'The key is not a verifier key.',
    not_a_countersign_log: 'The key is not that of a log of Countersign.',
    pruned: 'Leaves are gone, and no leaf says that the log pruned them.',
    restored:
      'Restored: the log was put back from a backup, and leaves that were verified before are lost. The log says so itself.',
    key_changed:
      'The log has another key than when it was last verified here, and the old key did not hand over to it. Ask the vendor why.',
    anchor_differs:
      'The key is not the one in your anchor file. Whoever signs this log is not the one that you know.',
    invalid_anchor: 'The file is not an anchor file.',
    unsupported: 'This browser cannot verify signatures (Ed25519). Nothing was verified.',
    unknown_event:
      'The log has events of a kind that this page does not know: a newer version has written them. So the log is neither verified nor found at fault. Take the newest version of this page, and verify again.',
  },
};

const de: FaultText = {
  failed: 'Das Protokoll hält der Prüfung nicht stand',
  unknown: 'Unbekannt: Ein neueres Prüfprogramm ist nötig',
  atLeaf: (index) => `Der erste Fehler ist bei Eintrag ${index}.`,
  codes: {
    checkpoint: 'Es gibt keinen gültigen Prüfpunkt, oder dieser Schlüssel hat ihn nicht unterschrieben.',
    missing_tile: 'Ein Teil des Protokolls fehlt, obwohl der Prüfpunkt ihn umfasst.',
    wrong_length: 'Ein Teil des Protokolls hat nicht die Länge, die zum Prüfpunkt gehört.',
    changed_leaf: 'Ein Eintrag wurde verändert: Seine Prüfsumme ist nicht die im Baum.',
    changed_tile: 'Eine Prüfsumme im Baum wurde verändert: Sie passt nicht zu dem, was darunter liegt.',
    wrong_root: 'Die Einträge führen nicht zu der Wurzel, die unterschrieben wurde.',
    rolled_back: 'Zurückgesetzt: Das Protokoll ist kürzer als bei der letzten Prüfung hier.',
    forked:
      'Gespalten: Das Protokoll ist nicht das, das hier zuletzt geprüft wurde. Jemandem wurde eine andere Geschichte gezeigt.',
    invalid_state:
      'Was vom letzten Mal aufbewahrt wurde, passt nicht zu diesem Protokoll: Es ist beschädigt, oder das Protokoll hat einen neuen Namen.',
    invalid_leaf: 'Ein Eintrag ist kein Eintrag dieses Protokolls an seiner Stelle.',
    unreadable_leaf: 'Ein Eintrag sagt nicht, was jedes Ereignis seiner Art sagt.',
    invalid_key: 'Der Schlüssel ist kein Prüfschlüssel.',
    not_a_countersign_log: 'Der Schlüssel gehört zu keinem Protokoll von Countersign.',
    pruned: 'Einträge fehlen, und kein Eintrag sagt, dass das Protokoll sie gelöscht hat.',
    restored:
      'Wiederhergestellt: Das Protokoll stammt aus einer Sicherung, und Einträge, die schon geprüft waren, sind verloren. Das sagt das Protokoll selbst.',
    key_changed:
      'Das Protokoll hat einen anderen Schlüssel als bei der letzten Prüfung hier, und der alte hat ihn nicht bestätigt. Fragen Sie den Anbieter nach dem Grund.',
    anchor_differs:
      'Der Schlüssel ist nicht der in Ihrer Ankerdatei. Wer dieses Protokoll unterschreibt, ist nicht der, den Sie kennen.',
    invalid_anchor: 'Die Datei ist keine Ankerdatei.',
    unsupported: 'Dieser Browser kann keine Unterschriften prüfen (Ed25519). Es wurde nichts geprüft.',
    unknown_event:
      'Das Protokoll hat Ereignisse einer Art, die diese Seite nicht kennt: Eine neuere Version hat sie geschrieben. Es ist also weder geprüft, noch ist ein Fehler gefunden. Nehmen Sie die neueste Version dieser Seite, und prüfen Sie noch einmal.',
  },
};

export const faultTexts: Catalogue<FaultText> = { en, de };
