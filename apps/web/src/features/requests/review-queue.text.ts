import type { Catalogue } from '../../text/language.js';

const en = {
  title: 'Review queue',
  lead: 'Your colleagues’ requests. What you approve goes on to the customer, who decides.',
  approve: 'Approve for the vendor',
  approved: 'Approved; the customer is asked now.',
  none: 'Nothing waits for review',
  noneLead: 'When a colleague asks for access, it appears here at once.',
  own: 'Your own requests wait for somebody else',
};

export const queueTexts: Catalogue<typeof en> = { en };
