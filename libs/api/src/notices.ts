import { DELIVERY_CHANNELS } from '@countersign/contract';
import { z } from 'zod';
import { named, pageOf } from './components.js';
import { endpoint, noBodySchema } from './endpoint.js';
import { filters, idText, instant, pageQuery } from './members.js';

export const DELIVERY_STATES = ['due', 'delivered', 'dead', 'skipped'] as const;
export type DeliveryState = (typeof DELIVERY_STATES)[number];

const deliverySchema = named(
  'NoticeDelivery',
  'One delivery of a notice to one receiver.',
  z.object({
    channel: z.enum(DELIVERY_CHANNELS),
    recipient: z
      .string()
      .describe(
        'A person’s id; for a webhook its side and a hash of its address; in Slack `C:` and a tenant’s slug (or `vendor`), or `U:` and a person’s id; for a push the id of a subscription.',
      ),
    state: z.enum(DELIVERY_STATES),
    attempts: z.int(),
    nextAt: instant().nullable().describe('No attempt before this; null if none will follow.'),
    deliveredAt: instant().nullable(),
    deadAt: instant().nullable(),
    lastError: z.string().nullable().describe('A code, such as `smtp_unreachable` or `http_503`.'),
  }),
);

export const noticeSchema = named(
  'Notice',
  'A notice with its deliveries.',
  z.object({
    id: idText('ntc', 'The notice; every delivery of it carries this id.'),
    tenant: z.string(),
    kind: z.string(),
    subject: z.string().describe('The request, grant or invitation that it is about.'),
    at: instant(),
    deliveries: z.array(deliverySchema),
  }),
);
export type Notice = z.infer<typeof noticeSchema>;

const noticePageSchema = pageOf('NoticePage', noticeSchema);
const noticeListQuery = z.strictObject({
  ...pageQuery,
  tenant: filters.tenant,
  state: z
    .enum(DELIVERY_STATES)
    .exactOptional()
    .describe('Notices with a delivery in this state; `dead`: the broker has given up.'),
});
export type NoticeListQuery = z.infer<typeof noticeListQuery>;

export const noticeEndpoints = {
  list: endpoint({
    route: 'GET /api/v1/notices',
    callers: { people: 'notice.read' },
    summary: 'List notices and their deliveries',
    description: 'Newest first. `state=dead` lists deliveries that the broker gave up after about a day.',
    query: noticeListQuery,
    answer: { status: 200, description: 'A page of notices.', schema: noticePageSchema },
    errors: ['invalid_cursor'],
  }),
  retry: endpoint({
    route: 'POST /api/v1/notices/{id}/retry',
    callers: { people: 'notice.retry' },
    summary: 'Retry dead deliveries',
    description:
      'The notice’s dead deliveries become due again, under the same id. What was delivered is not repeated.',
    body: { schema: noBodySchema, optional: true },
    idempotent: true,
    answer: { status: 200, description: 'The notice.', schema: noticeSchema },
    errors: ['not_found', 'wrong_state'],
  }),
  stream: endpoint({
    route: 'GET /api/v1/stream',
    callers: { people: 'self.read' },
    summary: 'Follow what concerns you',
    description:
      'Server-sent events. A notice has `id` (`ntc_…`), `event` its kind, and `data` `{id, kind, subject, tenant, at}`. `access.recorded`, without `id`, reports that calls under a grant were recorded: `data` is `{tenant, grant}`, at most four times a second for each grant, and only at the broker that received the records. Both are a hint to read again, not the data itself, and best effort: the broker does not repeat events that nobody followed, so read the current state whenever the stream opens. `alive`, without `id`, comes each second: a stream that is silent for longer is lost. The stream ends with its key or session.',
    answer: { status: 200, description: 'A stream of events.', type: 'text/event-stream' },
  }),
};
