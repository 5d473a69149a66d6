import type { Catalogue } from '../../text/language.js';

const en = {
  title: 'Ask for access',
  lead: 'As little as the case needs. The customer reads every word of this.',
  tenant: 'Customer',
  chooseTenant: 'Choose a customer …',
  service: 'Data service',
  what: 'What do you need to do?',
  objects: 'Only these objects',
  objectsHint: 'Names separated by spaces or commas. Left empty, it is all of them.',
  howLong: 'For how long?',
  otherTime: 'Another time',
  minutes: 'Minutes',
  why: 'Why? The customer reads this.',
  whyHint: 'A sentence, such as “Case 4711: the total of an invoice is wrong”.',
  ticket: 'Ticket',
  ticketHint: 'Where the customer expects one.',
  submit: (phrase: string, time: string) => `Ask to ${phrase} for ${time}`,
  submitEmpty: 'Ask for access',
  willNeed: 'What happens next',
  possible: 'This can be asked for.',
  incomplete: 'Choose a customer and what you need; this says at once what will be needed.',
  refusedTitle: 'This would be refused',
  vendorReviews: (count: number) =>
    count === 0
      ? 'No review at the vendor'
      : count === 1
        ? 'One review at the vendor'
        : `${count} reviews at the vendor`,
  customerApprovals: (count: number) =>
    count === 0
      ? 'No approval of the customer'
      : count === 1
        ? 'One approval of the customer'
        : `${count} approvals of the customer`,
  countersigned: 'The customer must countersign with a passkey',
  usually: (time: string) => `This customer usually decides within ${time}.`,
  usuallyUnknown: 'Too few decisions so far to say how long this customer takes.',
  slow: (time: string) => `One in ten takes longer than ${time}.`,
};

export const askTexts: Catalogue<typeof en> = { en };
