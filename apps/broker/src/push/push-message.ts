import type { Notice } from '@countersign/access';
import {
  type Language,
  type News,
  NOTICES,
  noticePath,
  type PersonalNoticeKind,
  safeLocalPath,
} from '@countersign/contract';

/**
 * What a push says: the kind of news and nothing about it. A lock screen shows it to everyone who passes, so that no text names
 * a person, a customer, a service or a reason.
 */
const TEXTS: Readonly<Record<Language, Readonly<Record<News, string>>>> = {
  en: {
    review: 'A request waits for your review',
    decision: 'A request waits for your decision',
    overdue: 'A request has waited too long',
    conversation: 'There is a new message about a request',
    offer: 'Your request has a counter-offer',
    outdated: 'Your request can no longer be approved',
    approved: 'A request was approved',
    denied: 'A request was denied',
    expired: 'A request has expired',
    cancelled: 'A request was cancelled',
    scheduled: 'Access is approved and begins later',
    active: 'Access is open now',
    ending: 'Access ends soon',
    ended: 'Access has ended',
    opening: 'Access is about to open without your approval',
    emergency: 'There is news about an emergency access',
    supervision: 'A rule of supervision has acted on an access',
    trust: 'There is news about what protects your data',
    demand: 'There is news about a government demand',
    keyCreated: 'An API key was made on your side',
    notices: 'Which notices reach you has changed',
    accessReview: 'There is news about the access review',
    practice: 'There is news about a practice',
    statement: 'The statement of the day is here',
  },
  de: {
    review: 'Eine Anfrage wartet auf Ihre Prüfung',
    decision: 'Eine Anfrage wartet auf Ihre Entscheidung',
    overdue: 'Eine Anfrage wartet zu lange',
    conversation: 'Zu einer Anfrage gibt es eine neue Nachricht',
    offer: 'Zu Ihrer Anfrage gibt es ein Gegenangebot',
    outdated: 'Ihre Anfrage kann nicht mehr freigegeben werden',
    approved: 'Eine Anfrage wurde freigegeben',
    denied: 'Eine Anfrage wurde abgelehnt',
    expired: 'Eine Anfrage ist verfallen',
    cancelled: 'Eine Anfrage wurde zurückgezogen',
    scheduled: 'Ein Zugriff ist freigegeben und beginnt später',
    active: 'Ein Zugriff ist jetzt offen',
    ending: 'Ein Zugriff endet bald',
    ended: 'Ein Zugriff ist beendet',
    opening: 'Gleich öffnet sich ein Zugriff ohne Ihre Freigabe',
    emergency: 'Es gibt Neues zu einem Notfallzugriff',
    supervision: 'Eine Aufsichtsregel hat bei einem Zugriff gegriffen',
    trust: 'Es gibt Neues zu dem, was Ihre Daten schützt',
    demand: 'Es gibt Neues zu einem behördlichen Verlangen',
    keyCreated: 'Auf Ihrer Seite wurde ein API-Schlüssel angelegt',
    notices: 'Welche Benachrichtigungen Sie erreichen, hat sich geändert',
    accessReview: 'Es gibt Neues zur Zugangsprüfung',
    practice: 'Es gibt Neues zu einer Übung',
    statement: 'Der Auszug des Tages ist da',
  },
};

/** What the worker in the browser shows. A newer message about the same thing replaces the older one, by `tag`. */
export interface PushMessage {
  title: string;
  path: string;
  tag: string;
  language: Language;
}

/**
 * @param request the request that the notice is about; null if it is about none
 * @param side the tenant of the person who reads it; null for the vendor's staff
 */
export function writePushMessage(
  notice: Pick<Notice, 'subject'> & { kind: PersonalNoticeKind },
  { request, side, language }: { request: string | null; side: string | null; language: Language },
): PushMessage {
  const path = safeLocalPath(noticePath(notice, { request, side }));
  return { title: TEXTS[language][NOTICES[notice.kind].push], path, tag: request ?? path, language };
}
