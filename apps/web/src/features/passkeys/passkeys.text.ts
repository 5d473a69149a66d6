import type { Catalogue } from '../../text/languages.js';

/** What the file of a recovery key says about it. */
type RecoveryLabel = Readonly<Record<'organisation' | 'person' | 'made' | 'publicKey' | 'key', string>>;

const en = {
  title: 'Passkeys',
  lead: 'You sign approvals with these. Gateways check your signature themselves, whatever the vendor’s server says.',
  mine: 'Your passkeys',
  none: 'You have no passkey yet',
  noneLead: 'To make one, touch this device or a security key.',
  name: 'Name',
  nameHint: 'A name that you will recognise: “Work laptop”, “Key on my key ring”.',
  firstName: 'My first device',
  ownPage: 'Our company hosts its own signing page',
  ownPageAddress: 'Its address',
  ownPageHint: 'Such as https://sign.acme.example. You make and use your passkey there, and nowhere else.',
  madeThere: (at: string) => `A window opens at ${at}. You make your passkey there.`,
  make: 'Make a passkey',
  made: 'Your passkey is ready.',
  since: 'Since',
  state: 'State',
  counts: 'in the trust document',
  countsNow: 'counts',
  waits: 'not in a trust document yet',
  waitsForAdmin: 'waits for another admin to confirm it',
  cools: 'new: counts from',
  freshLead:
    'What you make or change here outlives this session. So prove once more that it is you: sign in again at your organisation, and you return here.',
  freshCodeLead:
    'What you make or change here outlives this session. So prove once more that it is you, with a new code by mail.',
  freshPasskeyLead:
    'What you make or change here outlives this session. So prove once more that it is you, with your passkey.',
  fresh: 'Sign in again',
  freshAbove: 'To change this, sign in again first.',
  freshCode: 'Send me a code',
  freshCodeField: 'Code from the mail',
  others: 'New passkeys of others',
  othersLead:
    'They do not count yet. Ask the person in another way whether they made it; then confirm it. If they did not, remove it.',
  owner: 'Owner',
  confirm: 'Confirm',
  confirmName: (name: string) => `Confirm ${name}`,
  strengthen: 'Sign in with your passkey',
  strengthenLead:
    'You signed in with a code by mail. With your passkey besides, you can sign, claim, and change people and controls.',
  act: 'Actions',
  remove: 'Remove',
  removeName: (name: string) => `Remove ${name}`,
  removed: 'The passkey is removed.',
  removeLead:
    'Make a new passkey before you remove your last one. Otherwise another admin has to confirm the new one.',
  bound: 'The next trust document can remove it',
  sessionsHint: 'After you have made or removed a passkey, you can end your other sessions.',
  sessions: 'Where you are signed in',
  recovery: 'Recovery key',
  recoveryLead:
    'For the day on which you have lost every device. You make it here, see it once, and print it. Only its public half is sent. It can sign a new trust document and nothing else.',
  recoveryHave: 'You have one. A new one replaces it with the next trust document.',
  recoveryMake: 'Make a recovery key',
  recoveryTitle: 'Your recovery key',
  recoveryOnce: 'Print it or write it down now. It is not shown again, and no one can restore it.',
  print: 'Print',
  download: 'Download',
  kept: 'I have kept it',
  recoveryFile: (label: RecoveryLabel) =>
    `COUNTERSIGN RECOVERY KEY

Organisation:  ${label.organisation}
Person:        ${label.person}
Made:          ${label.made}
Public key:    ${label.publicKey}

${label.key}

It signs the next trust document of this organisation if this person has lost every passkey, and nothing
else. Print this file, keep the paper under lock, and delete the file. The last characters are a checksum:
a page says so if you mistype one. O is read as 0, I and L as 1.
`,
  registered: 'Your recovery key is registered.',
  onlySigners: 'Only approvers and admins make passkeys: an auditor signs nothing.',
};

const de: typeof en = {
  title: 'Passkeys',
  lead: 'Damit unterschreiben Sie Freigaben. Gateways prüfen Ihre Unterschrift selbst, was auch immer der Server des Anbieters sagt.',
  mine: 'Ihre Passkeys',
  none: 'Sie haben noch keinen Passkey',
  noneLead: 'Um einen anzulegen, berühren Sie dieses Gerät oder einen Sicherheitsschlüssel.',
  name: 'Name',
  nameHint: 'Ein Name, den Sie wiedererkennen: „Arbeitslaptop“, „Schlüssel am Schlüsselbund“.',
  firstName: 'Mein erstes Gerät',
  ownPage: 'Unser Unternehmen betreibt eine eigene Unterschriftsseite',
  ownPageAddress: 'Ihre Adresse',
  ownPageHint: 'Etwa https://sign.acme.example. Sie legen Ihren Passkey dort an und nutzen ihn nur dort.',
  madeThere: (at) => `Ein Fenster öffnet sich unter ${at}. Dort legen Sie Ihren Passkey an.`,
  make: 'Passkey anlegen',
  made: 'Ihr Passkey ist bereit.',
  since: 'Seit',
  state: 'Stand',
  counts: 'im Vertrauensdokument',
  countsNow: 'zählt',
  waits: 'noch nicht in einem Vertrauensdokument',
  waitsForAdmin: 'wartet auf die Bestätigung eines anderen Admins',
  cools: 'neu: zählt ab',
  freshLead:
    'Was Sie hier anlegen oder ändern, überdauert diese Sitzung. Zeigen Sie darum noch einmal, dass Sie es sind: Melden Sie sich erneut bei Ihrer Organisation an, und Sie kommen hierher zurück.',
  freshCodeLead:
    'Was Sie hier anlegen oder ändern, überdauert diese Sitzung. Zeigen Sie darum noch einmal, dass Sie es sind, mit einem neuen Code per Mail.',
  freshPasskeyLead:
    'Was Sie hier anlegen oder ändern, überdauert diese Sitzung. Zeigen Sie darum noch einmal, dass Sie es sind, mit Ihrem Passkey.',
  fresh: 'Erneut anmelden',
  freshAbove: 'Um das zu ändern, melden Sie sich zuerst erneut an.',
  freshCode: 'Code zusenden',
  freshCodeField: 'Code aus der Mail',
  others: 'Neue Passkeys anderer',
  othersLead:
    'Sie zählen noch nicht. Fragen Sie die Person auf einem anderen Weg, ob sie ihn angelegt hat; bestätigen Sie ihn dann. Wenn nicht, entfernen Sie ihn.',
  owner: 'Gehört',
  confirm: 'Bestätigen',
  confirmName: (name) => `${name} bestätigen`,
  strengthen: 'Mit Ihrem Passkey anmelden',
  strengthenLead:
    'Sie haben sich mit einem Code per Mail angemeldet. Mit Ihrem Passkey dazu können Sie unterschreiben, Ihre Organisation in Besitz nehmen und Personen und Regeln ändern.',
  act: 'Aktionen',
  remove: 'Entfernen',
  removeName: (name) => `${name} entfernen`,
  removed: 'Der Passkey ist entfernt.',
  removeLead:
    'Legen Sie einen neuen Passkey an, bevor Sie Ihren letzten entfernen. Sonst muss ein anderer Admin den neuen bestätigen.',
  bound: 'Das nächste Vertrauensdokument kann ihn entfernen',
  sessionsHint:
    'Nachdem Sie einen Passkey angelegt oder entfernt haben, können Sie Ihre anderen Sitzungen beenden.',
  sessions: 'Wo Sie angemeldet sind',
  recovery: 'Wiederherstellungsschlüssel',
  recoveryLead:
    'Für den Tag, an dem Sie alle Geräte verloren haben. Sie legen ihn hier an, sehen ihn einmal und drucken ihn. Nur die öffentliche Hälfte wird gesendet. Er kann ein neues Vertrauensdokument unterschreiben und sonst nichts.',
  recoveryHave: 'Sie haben einen. Ein neuer ersetzt ihn mit dem nächsten Vertrauensdokument.',
  recoveryMake: 'Wiederherstellungsschlüssel anlegen',
  recoveryTitle: 'Ihr Wiederherstellungsschlüssel',
  recoveryOnce:
    'Drucken Sie ihn, oder schreiben Sie ihn jetzt auf. Er wird nicht noch einmal gezeigt, und niemand kann ihn wiederherstellen.',
  print: 'Drucken',
  download: 'Herunterladen',
  kept: 'Ich habe ihn aufbewahrt',
  recoveryFile: (label) =>
    `WIEDERHERSTELLUNGSSCHLÜSSEL VON COUNTERSIGN

Organisation:           ${label.organisation}
Person:                 ${label.person}
Angelegt:               ${label.made}
Öffentlicher Schlüssel: ${label.publicKey}

${label.key}

Er unterschreibt das nächste Vertrauensdokument dieser Organisation, wenn diese Person alle Passkeys verloren
hat, und sonst nichts. Drucken Sie diese Datei, schließen Sie das Papier weg, und löschen Sie die Datei. Die
letzten Zeichen sind eine Prüfsumme: Die Seite sagt es, wenn Sie sich vertippen. O gilt als 0, I und L als 1.
`,
  registered: 'Ihr Wiederherstellungsschlüssel ist registriert.',
  onlySigners: 'Nur Freigeber und Admins legen Passkeys an: Prüfer unterschreiben nichts.',
};

export const passkeysTexts: Catalogue<typeof en> = { en, de };
