import type { Catalogue } from '../../text/language.js';

const en = {
  title: 'Slack',
  lead: 'Link your own Slack account to ask, decide and stop there. You are asked again after 30 days. High risk is never approved in Slack.',
  account: 'Account',
  since: 'Linked',
  until: 'Until',
  act: 'Actions',
  way: {
    'sign-in': 'you signed in with Slack',
    email: 'by the address that Slack has verified',
  },
  lapsed: 'over: link it again',
  unlink: 'Unlink',
  link: 'Link a Slack account',
  none: 'None is linked.',
  came: {
    linked: 'Your Slack account is linked.',
    installed: 'The app is in your workspace. Invite it into the channel that the organisation file names.',
    attempt_unknown: 'This was not begun in this browser, or took longer than 10 minutes. Try again.',
    slack_refused: 'Slack did not agree, or you turned back.',
    slack_unavailable: 'Slack could not be asked. Try again later.',
    answer_invalid:
      'What Slack unwrap cannot be trusted. Try again; if it stays, tell whoever runs this broker.',
  },
};

const de: typeof en = {
  title: 'Slack',
  lead: 'Verknüpfen Sie Ihr eigenes Slack-Konto, um dort zu fragen, zu entscheiden und zu beenden. Nach 30 Tagen werden Sie erneut gefragt. Hohes Risiko wird nie in Slack genehmigt.',
  account: 'Konto',
  since: 'Verknüpft',
  until: 'Bis',
  act: 'Aktionen',
  way: {
    'sign-in': 'Sie haben sich mit Slack angemeldet',
    email: 'über die Adresse, die Slack geprüft hat',
  },
  lapsed: 'abgelaufen: neu verknüpfen',
  unlink: 'Trennen',
  link: 'Slack-Konto verknüpfen',
  none: 'Keines ist verknüpft.',
  came: {
    linked: 'Ihr Slack-Konto ist verknüpft.',
    installed:
      'Die App ist in Ihrem Workspace. Laden Sie sie in den Kanal ein, den die Organisationsdatei nennt.',
    attempt_unknown:
      'Das wurde nicht in diesem Browser begonnen oder dauerte länger als 10 Minuten. Bitte noch einmal.',
    slack_refused: 'Slack hat nicht zugestimmt, oder Sie haben abgebrochen.',
    slack_unavailable: 'Slack war nicht erreichbar. Versuchen Sie es später noch einmal.',
    answer_invalid:
      'Der Antwort von Slack ist nicht zu trauen. Bitte noch einmal; bleibt es so, sagen Sie es dem Betreiber.',
  },
};

export const slackTexts: Catalogue<typeof en> = { en, de };
