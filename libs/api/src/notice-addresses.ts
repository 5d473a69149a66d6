import { NOTICE_TOPICS } from '@countersign/contract';
import { z } from 'zod';
import { named } from './components.js';
import { endpoint } from './endpoint.js';
import { idText, instant } from './members.js';

/** Mailboxes of a tenant that get named kinds of notices, and sign no one in. */

const topic = z
  .enum(NOTICE_TOPICS)
  .describe(
    '`emergency`: one is about to begin. `disclosure`: its explanation. `demand`: access for a government demand is about to begin. `access`: access began or ended. `supervision`: a rule was crossed. `widening`: a change that widens the controls. `trust`: the trust document, stops, and a log that stopped. `review`: the access review. `practice`: someone did not pass. `statement`: the statement of the day, if the tenant has it sent.',
  );

const addressSchema = named(
  'NoticeAddress',
  'A mailbox of a customer that gets notices and signs no one in.',
  z.object({
    id: idText('nad', 'The address.'),
    address: z.string(),
    topics: z.array(topic),
    state: z.enum(['waiting', 'active']).describe('`waiting`: it gets nothing until its code is typed in.'),
    addedBy: idText('usr', 'The admin who added it.'),
    addedAt: instant(),
    codeUntil: instant().describe('Until then the mailed code is valid.'),
    confirmedAt: instant().nullable(),
  }),
);
export type NoticeAddress = z.infer<typeof addressSchema>;

const warnings = z
  .array(z.enum(['no_emergency_address']))
  .describe('`no_emergency_address`: no address gets notices of emergencies any more. Persons do.');

const topics = z.array(topic).min(1).max(10);
const newBody = named(
  'NewNoticeAddress',
  'A mailbox to add, and what it is to be notified of.',
  z.strictObject({ address: z.string().min(3).max(254), topics }),
);
export type NewNoticeAddress = z.infer<typeof newBody>;
const topicsBody = named('NoticeTopics', 'What a mailbox is notified of.', z.strictObject({ topics }));
export type NoticeTopics = z.infer<typeof topicsBody>;
const codeBody = named(
  'NoticeAddressCode',
  'The code that was mailed to the mailbox.',
  z.strictObject({
    code: z
      .string()
      .min(8)
      .max(20)
      .describe('As mailed to the address; case, spaces and dashes make no difference.'),
  }),
);
export type NoticeAddressCode = z.infer<typeof codeBody>;

export const noticeAddressEndpoints = {
  list: endpoint({
    route: 'GET /api/v1/tenants/{slug}/notice-addresses',
    callers: { people: 'notice-address.read' },
    summary: 'List the addresses that get notices',
    description: 'For the tenant’s admins and auditors, the oldest first.',
    answer: {
      status: 200,
      description: 'All of them.',
      schema: named(
        'NoticeAddressList',
        'The mailboxes of a customer.',
        z.object({ items: z.array(addressSchema) }),
      ),
    },
    errors: ['not_found'],
  }),
  add: endpoint({
    route: 'POST /api/v1/tenants/{slug}/notice-addresses',
    callers: { people: 'notice-address.write' },
    summary: 'Add an address that gets notices',
    description:
      'A code is mailed to it. Until someone types it in, the address gets nothing else. At most 20 addresses, and 20 new ones a day; one for each normal form (`+tag` does not count).',
    body: { schema: newBody },
    answer: {
      status: 201,
      description:
        'The address, and whether the mail server took the code. If not, remove it and add it again.',
      schema: named(
        'AddedNoticeAddress',
        'The mailbox that was added; it gets nothing but a code until it is confirmed.',
        addressSchema.extend({ sent: z.boolean() }),
      ),
    },
    errors: ['not_found', 'conflict', 'not_ready'],
  }),
  confirm: endpoint({
    route: 'POST /api/v1/tenants/{slug}/notice-addresses/{id}/confirmation',
    callers: { people: 'notice-address.write' },
    summary: 'Confirm an address with the code that was mailed to it',
    description: 'After this the address gets the notices that it is listed for.',
    body: { schema: codeBody },
    answer: {
      status: 201,
      description: 'The address, which gets notices from now on.',
      schema: addressSchema,
    },
    errors: ['not_found', 'wrong_state', 'conflict'],
  }),
  change: endpoint({
    route: 'PUT /api/v1/tenants/{slug}/notice-addresses/{id}',
    callers: { people: 'notice-address.write' },
    summary: 'Change what an address is notified of',
    description: 'For the tenant’s admins. The topics take the place of those before.',
    body: { schema: topicsBody },
    answer: {
      status: 200,
      description: 'The address.',
      schema: named(
        'ChangedNoticeAddress',
        'The mailbox after the change.',
        addressSchema.extend({ warnings }),
      ),
    },
    errors: ['not_found', 'conflict'],
  }),
  remove: endpoint({
    route: 'DELETE /api/v1/tenants/{slug}/notice-addresses/{id}',
    callers: { people: 'notice-address.remove' },
    summary: 'Remove an address',
    description: 'At once: not even what waits to be sent goes there. The address itself is deleted.',
    answer: {
      status: 200,
      description: 'What is missing now.',
      schema: named('RemovedNoticeAddress', 'The mailbox that was removed.', z.object({ warnings })),
    },
    errors: ['not_found', 'conflict'],
  }),
};
