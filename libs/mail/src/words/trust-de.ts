import type { TrustWords } from './trust-words.js';

export const trustDe: TrustWords = {
  subject: {
    'trust.proposed': (n) => `Zu unterschreiben: neues Vertrauensdokument von ${n.tenant}`,
    'trust.adopted': (n) => `In Kraft: Vertrauensdokument von ${n.tenant}`,
    'trust.expiring': (n) => `Vertrauensdokument von ${n.tenant} endet in ${n.days} Tagen`,
    'trust.stopped': (n) => `Gestoppt: Zugriff auf ${n.tenant}`,
    'trust.lifted': (n) => `Stopp aufgehoben: Zugriff auf ${n.tenant}`,
    'trust.reset': (n) => `Neubeginn von ${n.tenant}: Die Schlüssel sollen verloren sein`,
    'trust.reset-cancelled': (n) => `Neubeginn von ${n.tenant} abgesagt`,
  },
  sentence: {
    'trust.proposed': (n) =>
      `${n.by ?? 'Der Host des Anbieters'} schlägt für ${n.tenant} ein anderes Vertrauensdokument vor. Es gilt nicht, bevor genug der Beteiligten es mit ihren Passkeys unterschrieben haben.`,
    'trust.adopted': (n) =>
      `Für ${n.tenant} wurde ein Vertrauensdokument unterschrieben, das ab jetzt in Kraft ist.`,
    'trust.expiring': (n) =>
      `Das Vertrauensdokument von ${n.tenant} endet in ${n.days} Tagen. Danach wird jeder Zugriff auf die Daten über Countersign abgelehnt, bis das nächste unterschrieben ist.`,
    'trust.stopped': (n) =>
      `${n.by ?? 'Jemand'} hat den Zugriff auf die Daten von ${n.tenant} mit einem Passkey gestoppt.`,
    'trust.lifted': (n) =>
      `${n.by ?? 'Jemand'} hat einen Stopp des Zugriffs auf die Daten von ${n.tenant} mit einem Passkey aufgehoben.`,
    'trust.reset': (n) =>
      `Der Host des Anbieters sagt, dass ${n.tenant} alle Schlüssel verloren hat und neu beginnen darf. Stimmt das nicht, kann ein Admin von ${n.tenant} auf der Seite widersprechen.`,
    'trust.reset-cancelled': (n) =>
      `Der Neubeginn von ${n.tenant} ist abgesagt: Was unterschrieben wurde, bleibt in Kraft.`,
  },
  labels: {
    at: 'Wann',
    by: 'Von',
    fingerprint: 'Fingerabdruck',
    seq: 'Fassung',
    validUntil: 'Gültig bis',
    reason: 'Grund',
    what: 'Was',
  },
  host: 'dem Host des Anbieters',
  everything: 'jeder Zugriff',
  oneGrant: 'ein Zugriff',
  open: 'Seite öffnen',
  footer:
    'Diese Mail öffnet nichts und entscheidet nichts. Sie unterschreiben auf der Seite, mit Ihrem Passkey.',
};
