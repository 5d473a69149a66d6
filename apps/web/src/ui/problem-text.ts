import type { ErrorCode, Problem } from '@countersign/api';
import type { Language } from '@countersign/contract';
import { quoted, refusalWords, wordFor } from '@countersign/wording';
import type { Catalogue } from '../text/languages.js';

/** The errors of the API. The API itself answers in English, so English has none. */
const TEXTS: Catalogue<Readonly<Record<ErrorCode, string>> | null> = {
  en: null,
  de: {
    invalid_request: 'Die Eingabe ist nicht gültig.',
    invalid_cursor: 'Die Liste hat sich geändert. Laden Sie die Seite neu.',
    reason_required: 'Nennen Sie einen Grund; wer anfragt, liest ihn.',
    unauthenticated: 'Melden Sie sich zuerst an.',
    forbidden: 'Sie dürfen das nicht.',
    fresh_sign_in_required: 'Melden Sie sich zuerst neu an: Ihre letzte Anmeldung ist dafür zu lange her.',
    self_review: 'Niemand prüft die eigene Anfrage.',
    channel_not_allowed: 'Die Anfrage kann auf diesem Weg nicht freigegeben werden.',
    countersignature_required: 'Das muss mit einem Passkey freigegeben werden.',
    not_found: 'Hier gibt es nichts, oder Sie dürfen es nicht sehen.',
    pruned: 'Das Protokoll hat diese Einträge nicht mehr: Ihre Aufbewahrung ist zu Ende.',
    digest_mismatch: 'Die Anfrage hat sich geändert, seit Sie sie gelesen haben. Lesen Sie sie noch einmal.',
    already_decided: 'Über diese Anfrage ist schon entschieden.',
    wrong_state: 'Das ist im jetzigen Stand nicht möglich.',
    other_person: 'Dieser Browser ist als andere Person angemeldet. Melden Sie sich dort zuerst ab.',
    controls_changed:
      'Die Regeln haben sich seit dieser Anfrage geändert, oder der Zugriff ist gestoppt oder gesperrt.',
    grant_not_active: 'Dieser Zugriff ist nicht offen.',
    conflict: 'Jemand anders hat das im selben Moment geändert. Lesen Sie es noch einmal.',
    feed_parted: 'Dieses Gateway ist vom Broker getrennt.',
    already_registered: 'Dieses Gateway ist schon mit anderer Identität eingetragen.',
    unsupported_form: 'Dieses Gateway und der Broker haben Versionen, die nicht zusammenpassen.',
    tenant_claimed: 'Über diesen Kunden entscheiden seine eigenen Admins.',
    legal_hold:
      'Eine Aufbewahrungspflicht hält alles in diesem Protokoll. Wer sie gesetzt hat, hebt sie zuerst auf.',
    too_recent: 'Das ist noch zu neu, um gelöscht zu werden.',
    not_erasable: 'Das kann nicht gelöscht werden.',
    precondition_failed: 'Jemand anders hat das inzwischen geändert. Lesen Sie es noch einmal.',
    body_too_large: 'Das ist zu groß.',
    request_refused: 'Die Regeln erlauben diesen Zugriff nicht.',
    idempotency_key_reused: 'Das wurde schon mit anderem Inhalt gesendet. Beginnen Sie neu.',
    rate_limited: 'Das waren zu viele Versuche. Warten Sie einen Augenblick.',
    internal_error: 'Das hat nicht geklappt. Der Fehler liegt nicht bei Ihnen.',
    not_ready: 'Countersign ist gerade nicht bereit. Versuchen Sie es gleich noch einmal.',
    log_inconsistent:
      'Das Protokoll setzt nicht fort, was es früher unterschrieben hat. Der Anbieter muss das klären.',
  },
};

/** Errors whose detail says more than the code: it follows as it is. */
const SAYS_MORE: ReadonlySet<string> = new Set<ErrorCode>(['invalid_request', 'conflict', 'wrong_state']);

/** The broker names the missing permission for programs: `(lock.read)`. For people it is a riddle. */
const PERMISSION = / \([a-z-]+\.[a-z-]+\)(?=\.)/;

/** Why a call failed, in this language. The detail of a code that is not known here stays as it is. */
export function problemWords({ code, detail }: Pick<Problem, 'code' | 'detail'>, language: Language): string {
  const words = wordFor(TEXTS[language] ?? {}, code);
  if (words === undefined) return detail.replace(PERMISSION, '');
  return SAYS_MORE.has(code) ? `${words} (${quoted(detail, language)})` : words;
}

/** One refusal or one invalid field, in this language. Faults of fields have no code: their text stays as it is. */
export const causeWords = (cause: { code?: string; detail: string }, language: Language): string =>
  refusalWords({ code: cause.code ?? '', detail: cause.detail }, language);
