import type { Catalogue } from '../../text/language.js';

const en = {
  title: 'Access now',
  lead: 'Who can reach your data through Countersign now, and who will soon.',
  none: 'No one has access',
  noneLead: 'Nothing is open through Countersign. The history shows earlier access.',
  open: 'Open now',
  soon: 'Begins later',
  watch: 'Watch and stop',
  watchOnly: 'Watch',
  left: 'left',
  begins: 'until it begins',
  calls: (count: string) => `Calls so far: ${count}`,
  firstUse: 'begins with the first use',
};

export const accessTexts: Catalogue<typeof en> = { en };
