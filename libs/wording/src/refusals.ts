import { type Language, REQUEST_REFUSALS, type RequestRefusalCode } from '@countersign/contract';
import { quoted } from './languages.js';
import { wordFor } from './scope-words.js';

/** Why a request is refused. The API's own texts are English, so English has none. */
const TEXTS: Readonly<Record<Language, Readonly<Record<RequestRefusalCode, string>> | null>> = {
  en: null,
  de: {
    unknown_tenant: 'Diesen Kunden gibt es nicht.',
    unknown_service: 'Diesen Datendienst gibt es nicht.',
    unknown_resource: 'Kein Weg des Dienstes führt zu diesen Daten.',
    unknown_action: 'Kein Weg des Dienstes tut das mit diesen Daten.',
    forbidden_scope: 'Der Kunde verbietet das.',
    change_outside_scope: 'Die Änderung ist kein Aufruf, den der Umfang erlaubt.',
    unmasked_not_allowed: 'Verborgene Felder werden hier nicht im Klartext gezeigt.',
    basis_not_allowed: 'Der Kunde nimmt diese Grundlage für diesen Zugriff nicht an.',
    duration_too_long: 'Die Dauer ist länger, als die Regeln erlauben.',
    not_eligible: 'Wer anfragt, kommt für diesen Zugriff nicht in Frage.',
    justification_required: 'Sagen Sie in einem Satz, wozu Sie diesen Zugriff brauchen.',
    ticket_required: 'Die Regeln verlangen ein Ticket.',
    reason_code_required: 'Nennen Sie eine der Arten von Gründen, die hier gelten.',
    budget_too_large: 'Das Budget ist größer, als der Kunde erlaubt.',
    requester_not_accepted: 'Der Kunde nimmt keine Anfragen von diesem Ort oder Arbeitgeber an.',
    requester_facts_unknown:
      'Was der Kunde über die anfragende Person wissen will, ist nicht bekannt oder nicht bestätigt.',
    requester_facts_changed: 'Was die Anfrage über die anfragende Person sagt, stimmt nicht mehr.',
    outside_hours: 'Die Regeln erlauben jetzt keinen Zugriff.',
    too_many_open: 'Sie haben zu viele offene Anfragen. Ziehen Sie zuerst eine zurück.',
    locked: 'Der Zugriff ist gesperrt.',
    nobody_can_review: 'Zu wenige Personen können das prüfen.',
    terms_too_large: 'Der Umfang ist zu lang für ein Token. Nennen Sie weniger Daten.',
    countersignature_unavailable: 'Der Kunde kann das jetzt nicht gegenzeichnen.',
  },
};

/**
 * The reason in this language. What the API says more exactly, such as a limit or the customer's own words, follows as it is.
 * A code that is not known here keeps the API's text.
 */
export function refusalWords({ code, detail }: { code: string; detail: string }, language: Language): string {
  const words = wordFor(TEXTS[language] ?? {}, code);
  if (words === undefined) return detail;
  return detail === wordFor(REQUEST_REFUSALS, code) ? words : `${words} (${quoted(detail, language)})`;
}
