import type { Catalogue } from '../../text/languages.js';

const en = {
  title: 'Slack',
  lead: 'Link your own Slack account to request, decide and stop access there. A link lasts 30 days. What takes a passkey is never approved in Slack.',
  account: 'Account',
  since: 'Linked',
  until: 'Until',
  act: 'Actions',
  way: {
    'sign-in': 'you signed in with Slack',
    email: 'by the e-mail address that Slack has verified',
  },
  lapsed: 'expired: link it again',
  unlink: 'Unlink',
  link: 'Link a Slack account',
  none: 'You have linked no account.',
  ownBrowser:
    'You signed in with a code by mail. To link or unlink an account, use your organisation’s own sign-in, or sign in with your passkey too: on the page “Passkeys”.',
  came: {
    linked: 'Your Slack account is linked.',
    installed:
      'The app is installed in your workspace. Invite it to the channel that the organisation file names.',
    attempt_unknown: 'You started this in another browser, or it took longer than 10 minutes. Try again.',
    other_workspace:
      'This account is not in your organisation’s Slack workspace, so it was not linked. Sign in there with the account of your work.',
    slack_refused: 'Slack refused, or you cancelled.',
    slack_unavailable: 'Slack cannot be reached. Try again later.',
    answer_invalid:
      'Slack’s answer could not be verified. Try again. If it happens again, tell the people who run Countersign.',
  },
};

const de: typeof en = {
  title: 'Slack',
  lead: 'Verknüpfen Sie Ihr eigenes Slack-Konto, um dort Zugriff anzufragen, zu entscheiden und zu beenden. Eine Verknüpfung gilt 30 Tage. Anfragen mit hohem Risiko werden nie in Slack freigegeben.',
  account: 'Konto',
  since: 'Verknüpft',
  until: 'Bis',
  act: 'Aktionen',
  way: {
    'sign-in': 'Sie haben sich mit Slack angemeldet',
    email: 'über die E-Mail-Adresse, die Slack geprüft hat',
  },
  lapsed: 'abgelaufen: neu verknüpfen',
  unlink: 'Trennen',
  link: 'Slack-Konto verknüpfen',
  none: 'Sie haben kein Konto verknüpft.',
  ownBrowser:
    'Sie haben sich mit einem Code per Mail angemeldet. Um ein Konto zu verknüpfen oder zu trennen, nutzen Sie die Anmeldung Ihrer Organisation, oder melden Sie sich dazu mit Ihrem Passkey an: auf der Seite „Passkeys“.',
  came: {
    linked: 'Ihr Slack-Konto ist verknüpft.',
    installed:
      'Die App ist in Ihrem Workspace installiert. Laden Sie sie in den Kanal ein, den die Organisationsdatei nennt.',
    attempt_unknown:
      'Sie haben in einem anderen Browser begonnen, oder es dauerte länger als 10 Minuten. Versuchen Sie es noch einmal.',
    other_workspace:
      'Dieses Konto ist nicht im Slack-Workspace Ihrer Organisation und wurde nicht verknüpft. Melden Sie sich dort mit Ihrem Arbeitskonto an.',
    slack_refused: 'Slack hat abgelehnt, oder Sie haben abgebrochen.',
    slack_unavailable: 'Slack war nicht erreichbar. Versuchen Sie es später noch einmal.',
    answer_invalid:
      'Die Antwort von Slack ließ sich nicht prüfen. Versuchen Sie es noch einmal. Hilft das nicht, sagen Sie es dem Betreiber von Countersign.',
  },
};

export const slackTexts: Catalogue<typeof en> = { en, de };
