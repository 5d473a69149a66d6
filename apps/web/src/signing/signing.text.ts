import type { Catalogue } from '../text/languages.js';

const en = {
  title: 'Countersign: sign',
  approve: (what: string, time: string) => `You let the vendor ${what}, for ${time}`,
  offer: (what: string, time: string) => `You offer less: ${what}, for ${time}`,
  deny: (what: string) => `You deny: ${what}`,
  invite: (what: string) => `You approve beforehand: ${what}`,
  stopOne: 'You stop one access',
  stopAll: (tenant: string) => `You stop everything of ${tenant}`,
  lift: (tenant: string) => `You lift a stop of ${tenant}`,
  consentTo: 'You consent to a new passkey of yours',
  signInTo: (tenant: string) => `You sign in to ${tenant} with your passkey`,
  trust: (seq: string, tenant: string) => `You sign version ${seq} of ${tenant}’s trust document`,
  enrol: 'Make a passkey at this address',
  print: 'Make a recovery key at this address',
  asked: (origin: string) => `${origin} asks for this. Nothing is signed before you press the button.`,
  statement: 'Everything that your signature says',
  terms: 'The access, with its digest computed on this page',
  fingerprint: 'Fingerprint',
  compare:
    'Compare it by voice with the people who sign with you. Do not rely on what the vendor’s pages show.',
  enrolFor: (name: string, host: string) =>
    `For ${name}, according to the vendor’s server. It will sign at ${host} and nowhere else.`,
  printFor: (tenant: string) =>
    `For ${tenant}. You make it on this page, see it once, and print it. Only its public half is sent.`,
  once: 'Print it or write it down now. It is not shown again.',
  secret: 'Your recovery key',
  typed: 'Recovery key, as printed',
  sign: 'Sign with passkey',
  signPaper: 'Sign with your recovery key',
  make: 'Make a passkey',
  makePaper: 'Make a recovery key',
  printIt: 'Print',
  kept: 'I have kept it',
  close: 'Close without signing',
  done: 'Done. You can close this window.',
  noRequest:
    'This page signs what your vendor’s Countersign pages send to it. There is nothing to sign here.',
  unlisted: (origin: string) =>
    `The file countersign-signing.json beside this page does not list ${origin}. Nothing is signed for it.`,
  unset:
    'The file countersign-signing.json beside this page, which lists who may ask, is missing or invalid.',
  framed: 'This page is embedded in another page. Nothing is signed here.',
  alone: 'The page that asked does not answer from the address that it named. Nothing is signed.',
  replaced:
    'The page that asked has put this in the place of something else that you have not signed. Read it again.',
  differs:
    'This request is not what it claims to be, or this page cannot describe all of it. Nothing is signed. Tell your security team.',
  elsewhere: 'These passkeys sign at a different address. Nothing was signed.',
  called: (name: string, id: string) => `${name}, as the vendor’s server calls ${id}`,
  calls: (count: string) => `${count} calls`,
  passkey: (code: string, id: string) => `passkey ${code}, id ${id}`,
  recoveryKey: (code: string) => `recovery key ${code}`,
  startsOn: (value: unknown): string | undefined =>
    value === 'approval'
      ? 'with the last approval'
      : value === 'first-use'
        ? 'with the first use'
        : undefined,
  purpose: (value: unknown): string | undefined =>
    value === 'sign-in'
      ? 'sign in to the vendor’s pages'
      : value === 'enrol'
        ? 'add the new passkey below'
        : undefined,
  decision: (value: unknown): string | undefined =>
    value === 'approve' ? 'approved' : value === 'deny' ? 'denied' : undefined,
  exceptNone: 'nothing: every action is countersigned',
  forbidNone: 'nothing is forbidden for good',
  basesNone: 'none',
  basis: (basis: string, what: string, time: string) => `${basis}: ${what}, at most ${time}`,
  labels: {
    requester: 'Who asks',
    tenant: 'Customer',
    service: 'Service',
    scope: 'To do what',
    change: 'Exactly this call',
    seconds: 'How long',
    budget: 'At most',
    justification: 'Why',
    ticket: 'Case',
    startsOn: 'Begins',
    startsAt: 'Not before',
    useBy: 'First use by',
    lapsesAt: 'Request expires',
    basis: 'Basis',
    invitation: 'Invitation',
    parent: 'Narrows',
    extends: 'Extends',
    request: 'Request',
    routes: 'Route map',
    deployment: 'Deployment',
    v: 'Format version',
    person: 'You sign as',
    decision: 'Decision',
    notBefore: 'Valid from',
    notAfter: 'Valid until',
    digest: 'Digest',
    trust: 'Trust document',
    log: 'Log (epoch/size, root)',
    type: 'Type',
    maxSeconds: 'Each time at most',
    uses: 'How often',
    acceptedFrom: 'Accepted from',
    acceptedUntil: 'Accepted until',
    nonce: 'Nonce',
    stop: 'Stop that it lifts',
    purpose: 'For',
    credential: 'New passkey',
    people: 'Who signs',
    recovery: 'Recovery keys',
    approvals: 'Approvals for each access',
    exceptActions: 'Without a passkey',
    forbid: 'Never allowed',
    bases: 'Access without your signature',
    threshold: 'Signatures for the next version',
    validUntil: 'Valid until',
    origins: 'Signed at',
    rpId: 'Passkeys of',
    witnesses: 'Witnesses',
    seq: 'Version',
    prev: 'Previous version',
  },
};

export type Words = typeof en;

const de: Words = {
  title: 'Countersign: unterschreiben',
  approve: (what, time) => `Sie erlauben dem Anbieter: ${what}, für ${time}`,
  offer: (what, time) => `Sie bieten weniger an: ${what}, für ${time}`,
  deny: (what) => `Sie lehnen ab: ${what}`,
  invite: (what) => `Sie geben im Voraus frei: ${what}`,
  stopOne: 'Sie stoppen einen Zugriff',
  stopAll: (tenant) => `Sie stoppen alles von ${tenant}`,
  lift: (tenant) => `Sie heben einen Stopp von ${tenant} auf`,
  consentTo: 'Sie stimmen einem neuen eigenen Passkey zu',
  signInTo: (tenant) => `Sie melden sich mit Ihrem Passkey bei ${tenant} an`,
  trust: (seq, tenant) => `Sie unterschreiben Version ${seq} des Vertrauensdokuments von ${tenant}`,
  enrol: 'Einen Passkey unter dieser Adresse anlegen',
  print: 'Einen Wiederherstellungsschlüssel unter dieser Adresse anlegen',
  asked: (origin) => `${origin} bittet darum. Bevor Sie den Knopf drücken, wird nichts unterschrieben.`,
  statement: 'Alles, was Ihre Unterschrift sagt',
  terms: 'Der Zugriff, mit der auf dieser Seite berechneten Prüfsumme',
  fingerprint: 'Fingerabdruck',
  compare:
    'Vergleichen Sie ihn mündlich mit den Personen, die mit Ihnen unterschreiben. Verlassen Sie sich nicht auf das, was Seiten des Anbieters zeigen.',
  enrolFor: (name, host) =>
    `Für ${name}, laut dem Server des Anbieters. Er unterschreibt unter ${host} und nirgends sonst.`,
  printFor: (tenant) =>
    `Für ${tenant}. Sie legen ihn auf dieser Seite an, sehen ihn einmal und drucken ihn. Nur die öffentliche Hälfte wird gesendet.`,
  once: 'Drucken Sie ihn, oder schreiben Sie ihn jetzt auf. Er wird nicht noch einmal gezeigt.',
  secret: 'Ihr Wiederherstellungsschlüssel',
  typed: 'Wiederherstellungsschlüssel, wie gedruckt',
  sign: 'Mit Passkey unterschreiben',
  signPaper: 'Mit dem Wiederherstellungsschlüssel unterschreiben',
  make: 'Passkey anlegen',
  makePaper: 'Wiederherstellungsschlüssel anlegen',
  printIt: 'Drucken',
  kept: 'Ich habe ihn aufbewahrt',
  close: 'Schließen, ohne zu unterschreiben',
  done: 'Fertig. Sie können dieses Fenster schließen.',
  noRequest:
    'Diese Seite unterschreibt, was ihr die Countersign-Seiten Ihres Anbieters schicken. Hier ist nichts zu unterschreiben.',
  unlisted: (origin) =>
    `Die Datei countersign-signing.json neben dieser Seite nennt ${origin} nicht. Dafür wird nichts unterschrieben.`,
  unset:
    'Die Datei countersign-signing.json neben dieser Seite nennt, wer fragen darf. Sie fehlt oder ist ungültig.',
  framed: 'Diese Seite ist in eine andere eingebettet. Hier wird nichts unterschrieben.',
  alone:
    'Die Seite, die gefragt hat, antwortet nicht von der Adresse, die sie genannt hat. Es wird nichts unterschrieben.',
  replaced:
    'Die Seite, die gefragt hat, hat dies an die Stelle von etwas anderem gesetzt, das Sie nicht unterschrieben haben. Lesen Sie es noch einmal.',
  differs:
    'Diese Anfrage ist nicht, was sie zu sein vorgibt, oder diese Seite kann nicht alles davon beschreiben. Es wird nichts unterschrieben. Informieren Sie Ihr Sicherheitsteam.',
  elsewhere: 'Diese Passkeys unterschreiben unter einer anderen Adresse. Es wurde nichts unterschrieben.',
  called: (name, id) => `${name}, wie der Server des Anbieters ${id} nennt`,
  calls: (count) => `${count} Aufrufe`,
  passkey: (code, id) => `Passkey ${code}, id ${id}`,
  recoveryKey: (code) => `Wiederherstellungsschlüssel ${code}`,
  startsOn: (value) =>
    value === 'approval'
      ? 'mit der letzten Freigabe'
      : value === 'first-use'
        ? 'mit der ersten Nutzung'
        : undefined,
  purpose: (value) =>
    value === 'sign-in'
      ? 'Anmeldung auf den Seiten des Anbieters'
      : value === 'enrol'
        ? 'den neuen Passkey unten hinzufügen'
        : undefined,
  decision: (value) => (value === 'approve' ? 'freigegeben' : value === 'deny' ? 'abgelehnt' : undefined),
  exceptNone: 'nichts: jede Aktion wird gegengezeichnet',
  forbidNone: 'nichts ist für immer verboten',
  basesNone: 'keine',
  basis: (basis, what, time) => `${basis}: ${what}, höchstens ${time}`,
  labels: {
    requester: 'Wer fragt',
    tenant: 'Kunde',
    service: 'Dienst',
    scope: 'Was',
    change: 'Genau dieser Aufruf',
    seconds: 'Wie lange',
    budget: 'Höchstens',
    justification: 'Warum',
    ticket: 'Fall',
    startsOn: 'Beginnt',
    startsAt: 'Nicht vor',
    useBy: 'Erste Nutzung bis',
    lapsesAt: 'Anfrage verfällt',
    basis: 'Grundlage',
    invitation: 'Einladung',
    parent: 'Schränkt ein',
    extends: 'Verlängert',
    request: 'Anfrage',
    routes: 'Routenkarte',
    deployment: 'Installation',
    v: 'Formatversion',
    person: 'Sie unterschreiben als',
    decision: 'Entscheidung',
    notBefore: 'Gilt ab',
    notAfter: 'Gilt bis',
    digest: 'Prüfsumme',
    trust: 'Vertrauensdokument',
    log: 'Protokoll (Epoche/Größe, Wurzel)',
    type: 'Typ',
    maxSeconds: 'Jedes Mal höchstens',
    uses: 'Wie oft',
    acceptedFrom: 'Angenommen ab',
    acceptedUntil: 'Angenommen bis',
    nonce: 'Einmalwert',
    stop: 'Aufgehobener Stopp',
    purpose: 'Zweck',
    credential: 'Neuer Passkey',
    people: 'Wer unterschreibt',
    recovery: 'Wiederherstellungsschlüssel',
    approvals: 'Freigaben für jeden Zugriff',
    exceptActions: 'Ohne Passkey',
    forbid: 'Niemals erlaubt',
    bases: 'Zugriff ohne Ihre Unterschrift',
    threshold: 'Unterschriften für die nächste Version',
    validUntil: 'Gültig bis',
    origins: 'Unterschrieben unter',
    rpId: 'Passkeys von',
    witnesses: 'Zeugen',
    seq: 'Version',
    prev: 'Vorige Version',
  },
};

export const signingTexts: Catalogue<Words> = { en, de };
