import type { Sentences } from './sentences.js';

const NOTHING = 'Es ist nichts geschehen.';

export const de: Sentences = {
  unknown: {
    unlinked: `Countersign kennt dieses Slack-Konto noch nicht. Melden Sie sich einmal im Browser an und verknüpfen Sie es; drücken Sie dann noch einmal. ${NOTHING}`,
    lapsed: `Die Verknüpfung zwischen diesem Slack-Konto und Ihrem Konto bei Countersign ist abgelaufen: Sie gilt 30 Tage. Melden Sie sich im Browser an und verknüpfen Sie es neu. ${NOTHING}`,
    removed: `Sie haben kein Konto mehr bei Countersign. ${NOTHING}`,
    foreign: `Mit diesem Slack-Workspace arbeitet Countersign nicht. Melden Sie sich im Browser an und verknüpfen Sie Ihr Konto aus Ihrem eigenen Workspace. ${NOTHING}`,
    guest: `Gäste eines Workspace werden nicht an ihrer Mailadresse erkannt. Melden Sie sich im Browser an und verknüpfen Sie dieses Konto. ${NOTHING}`,
    deactivated: `Dieses Slack-Konto ist deaktiviert. ${NOTHING}`,
  },
  refusals: {
    invalid_request: 'Das ist so nicht möglich. Im Browser steht, warum.',
    forbidden: `Ihre Rollen erlauben das nicht. ${NOTHING}`,
    fresh_sign_in_required: `Dazu müssen Sie sich im Browser neu anmelden. ${NOTHING}`,
    not_found: `Diese Anfrage gibt es nicht, oder Sie dürfen sie nicht sehen. ${NOTHING}`,
    legal_hold: `Eine Aufbewahrungspflicht hält alles fest. ${NOTHING}`,
    too_recent: `Dafür ist das noch zu neu. ${NOTHING}`,
    not_erasable: `Das kann nicht gelöscht werden. ${NOTHING}`,
    pruned: 'Das Protokoll hat das nicht mehr.',
    request_refused: 'Das kann nicht angefragt werden.',
    self_review: 'Das ist Ihre eigene Anfrage. Jemand anders muss sie prüfen.',
    channel_not_allowed: 'Das kann in Slack nicht freigegeben werden. Öffnen Sie die Anfrage im Browser.',
    countersignature_required: 'Das kann nur im Browser freigegeben werden, mit einem Passkey.',
    reason_required: 'Nennen Sie einen Grund; wer anfragt, liest ihn.',
    digest_mismatch:
      'Diese Anfrage hat sich geändert, seit Sie sie gelesen haben. Es wurde nichts entschieden. Lesen Sie sie noch einmal: Sie zeigt jetzt, was angefragt ist.',
    already_decided: 'Das ist schon erledigt; Ihr Druck hat nichts geändert.',
    wrong_state: 'Sie sind jetzt nicht an der Reihe; Ihr Druck hat nichts geändert.',
    controls_changed: 'Ihre Regeln haben sich seit dieser Anfrage geändert und erlauben sie nicht mehr.',
    grant_not_active: 'Dieser Zugriff ist schon zu Ende. Es ist nichts offen.',
    idempotency_key_reused: 'Dieses Formular wurde schon gesendet. Öffnen Sie ein neues.',
    other_person: `Sie sind als andere Person angemeldet. ${NOTHING}`,
    conflict: 'Jemand anders hat im selben Moment gedrückt. Lesen Sie die Anfrage noch einmal.',
    already_registered: 'Das ist schon eingetragen.',
    tenant_claimed: 'Darüber entscheidet der Kunde selbst, im Browser.',
  },
  said: {
    unreadable: `Dieser Knopf ist keiner von uns. ${NOTHING}`,
    unexpected: (id) =>
      `Etwas ist schiefgegangen. Was Sie sehen, zeigt alles, was entschieden wurde. Das Protokoll hat den Fehler unter ${id}.`,
    approved: 'Ihre Freigabe ist aufgezeichnet.',
    offered: 'Ihr Angebot ist aufgezeichnet. Nichts ist offen, bevor es angenommen ist.',
    accepted: 'Sie haben das Angebot angenommen.',
    withdrawn: 'Die Anfrage ist zurückgezogen.',
    released: 'Sie haben den Zugriff zurückgegeben.',
    nothingLeft: 'So bliebe nichts von der Anfrage übrig.',
    noGrant: 'Diese Anfrage hat keinen Zugriff geöffnet.',
    questionWaits: 'Eine Frage wartet schon auf ihre Antwort. Lesen Sie den Thread.',
    noQuestion: 'Keine Frage wartet auf eine Antwort.',
    noColleague:
      'Sie sind nicht an der Reihe, oder niemand sonst in Ihrem Haus kann jetzt darüber entscheiden.',
    stoppedInSlack: 'In Slack gestoppt',
    notSent: (errors) => `Es wurde nichts gesendet. ${errors} Schließen Sie dies und beginnen Sie neu.`,
    onlyEngineers:
      'Nur Entwickler des Anbieters fragen Zugriff an. Der Home-Tab von Countersign zeigt, was auf Sie wartet.',
  },
  help: [
    '*/access*: Zugriff anfragen. Ein Formular öffnet sich und zeigt sofort, was nötig ist.',
    '*/access list*: die Anfragen, die warten, und der Zugriff, der offen ist.',
    '*/access help*: dieser Text.',
    'Prüfer des Anbieters und der Kunde entscheiden über Ihre Anfrage. Sie werden hier benachrichtigt, mit einem Thread je Anfrage.',
  ].join('\n'),
};
