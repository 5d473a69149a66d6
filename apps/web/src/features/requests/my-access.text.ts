import type { Catalogue } from '../../text/languages.js';

const en = {
  title: 'My access',
  ask: 'Ask for access',
  open: 'Access now',
  waiting: 'Waiting',
  before: 'Before',
  none: 'You have no access and no open request',
  noneLead: 'Ask for what the case needs, for as long as it needs it.',
  offered: 'The customer offers less. Read the offer, then accept it or take your request back.',
  asked: 'A question about this request waits for your answer.',
  when: 'When',
  what: 'What',
  tenant: 'Customer',
  state: 'State',
};

const de: typeof en = {
  title: 'Mein Zugriff',
  ask: 'Zugriff anfragen',
  open: 'Zugriff jetzt',
  waiting: 'Wartet',
  before: 'Früher',
  none: 'Sie haben keinen Zugriff und keine offene Anfrage',
  noneLead: 'Fragen Sie an, was der Fall erfordert, und so lange, wie er es erfordert.',
  offered:
    'Der Kunde bietet weniger an. Lesen Sie das Angebot, dann nehmen Sie es an oder ziehen Sie Ihre Anfrage zurück.',
  asked: 'Eine Frage zu dieser Anfrage wartet auf Ihre Antwort.',
  when: 'Wann',
  what: 'Was',
  tenant: 'Kunde',
  state: 'Stand',
};

export const myAccessTexts: Catalogue<typeof en> = { en, de };
