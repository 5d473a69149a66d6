import type { Catalogue } from '../../text/language.js';

const en = {
  title: 'Review queue',
  lead: 'Your colleagues’ requests. If you approve one, it goes to the customer, who decides.',
  approve: 'Approve for the vendor',
  approved: 'Approved. It goes to the customer now.',
  none: 'Nothing to review',
  noneLead: 'When a colleague asks for access, the request appears here at once.',
  own: 'Your own requests, which someone else reviews',
};

export const reviewQueueTexts: Catalogue<typeof en> = { en };
