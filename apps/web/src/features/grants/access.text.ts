import type { Catalogue } from '../../text/languages.js';

const en = {
  title: 'Access now',
  lead: 'Who can reach your data through Countersign now, and who will soon.',
  leadVendor: 'Whose access to customers’ data is open through Countersign now, and whose will be soon.',
  leadBlocked: 'No one can reach your data through Countersign now: what has begun is stopped or locked.',
  leadBlockedVendor: 'No access is open now: what has begun is stopped or locked.',
  none: 'No one has access',
  noneLead: 'Nothing is open through Countersign. The history shows earlier access.',
  blocked: 'Stopped or locked',
  open: 'Open now',
  soon: 'Begins later',
  watch: 'Watch and stop',
  watchOnly: 'Watch',
  left: 'left',
  begins: 'until it begins',
  calls: (count: string) => `Calls so far: ${count}`,
  firstUse: 'begins with the first use',
};

const de: typeof en = {
  title: 'Zugriff jetzt',
  lead: 'Wer jetzt über Countersign auf Ihre Daten zugreifen kann, und wer es bald kann.',
  leadVendor: 'Wessen Zugriff auf Daten von Kunden über Countersign jetzt offen ist, und wessen bald.',
  leadBlocked:
    'Niemand kann jetzt über Countersign auf Ihre Daten zugreifen: Was begonnen hat, ist gestoppt oder gesperrt.',
  leadBlockedVendor: 'Kein Zugriff ist jetzt offen: Was begonnen hat, ist gestoppt oder gesperrt.',
  none: 'Niemand hat Zugriff',
  noneLead: 'Über Countersign ist nichts offen. Der Verlauf zeigt frühere Zugriffe.',
  blocked: 'Gestoppt oder gesperrt',
  open: 'Jetzt offen',
  soon: 'Beginnt später',
  watch: 'Beobachten und stoppen',
  watchOnly: 'Beobachten',
  left: 'verbleiben',
  begins: 'bis zum Beginn',
  calls: (count) => `Bisherige Aufrufe: ${count}`,
  firstUse: 'beginnt mit der ersten Nutzung',
};

export const accessTexts: Catalogue<typeof en> = { en, de };
