import type { Catalogue } from '../../text/language.js';

const countOf = (count: number, one: string, many: string, none: string): string =>
  count === 0 ? none : count === 1 ? one : `${count} ${many}`;

const en = {
  title: 'Ask for access',
  lead: 'Ask for as little as the case needs. The customer reads every word of this.',
  tenant: 'Customer',
  chooseTenant: 'Choose a customer …',
  service: 'Data service',
  what: 'What do you need to do?',
  objects: 'Only these objects',
  objectsHint: 'Names, separated by spaces or commas. Leave it empty for all of them.',
  howLong: 'For how long?',
  otherTime: 'Another time',
  minutes: 'Minutes',
  why: 'Why? The customer reads this.',
  whyHint: 'A sentence, such as “Case 4711: the total of an invoice is wrong”.',
  ticket: 'Ticket',
  ticketHint: 'Some customers require one.',
  submit: (phrase: string, time: string) => `Ask to ${phrase} for ${time}`,
  submitEmpty: 'Ask for access',
  willNeed: 'What happens next',
  possible: 'You can ask for this.',
  incomplete: 'Choose a customer and what you need. Then you see here what your request needs.',
  refusedTitle: 'This would be refused',
  vendorReviews: (count: number) =>
    countOf(count, 'One review by the vendor', 'reviews by the vendor', 'No review by the vendor'),
  customerApprovals: (count: number) =>
    countOf(
      count,
      'One approval by the customer',
      'approvals by the customer',
      'No approval by the customer',
    ),
  countersigned: 'The customer must countersign with a passkey',
  usually: (time: string) => `This customer usually decides within ${time}.`,
  usuallyUnknown: 'This customer has made too few decisions to say how long it takes.',
  slow: (time: string) => `One in ten decisions takes longer than ${time}.`,
};

export const askTexts: Catalogue<typeof en> = { en };
