import {
  DELIVERY_CHANNELS,
  DELIVERY_STATES,
  type IdempotencyKey,
  listNotices,
  type NoticeView,
  once,
  type Principal,
  retryNotice,
} from '@countersign/access';
import { isId } from '@countersign/contract';
import { Controller, Get, Inject, Post } from '@nestjs/common';
import { z } from 'zod';
import { Describe } from '../http/endpoint.js';
import { Body, CurrentPrincipal, Id, Idempotency, Query } from '../http/input.js';
import { Allow } from '../http/marks.js';
import { noBody } from '../http/no-body.js';
import { filters, given, pageAnswer, pageQuery, readPage } from '../http/page.js';
import { type BrokerDeps, DEPS } from '../injection.js';
import { component, idText, instant, pageOf } from '../openapi/components.js';

const listQuery = z.strictObject({
  ...pageQuery,
  tenant: filters.tenant,
  state: z
    .enum(DELIVERY_STATES)
    .optional()
    .describe('Notices with a delivery in this state; `dead` was given up.'),
});

const deliveryShape = component(
  'NoticeDelivery',
  z.object({
    channel: z.enum(DELIVERY_CHANNELS),
    recipient: z
      .string()
      .describe(
        'A person’s id; for a webhook its side and a hash of its address; in Slack `C:` and a tenant’s slug (or `vendor`), or `U:` and a person’s id.',
      ),
    state: z.enum(DELIVERY_STATES),
    attempts: z.int(),
    nextAt: instant().nullable().describe('No attempt before; null where none will come.'),
    deliveredAt: instant().nullable(),
    deadAt: instant().nullable(),
    lastError: z.string().nullable().describe('A code, such as `smtp_unreachable` or `http_503`.'),
  }),
);

const noticeShape = component(
  'Notice',
  z.object({
    id: idText('ntc', 'The notice; every delivery of it carries this id.'),
    tenant: z.string(),
    kind: z.string(),
    subject: z.string().describe('The request, grant or invitation that it is about.'),
    at: instant(),
    deliveries: z.array(deliveryShape),
  }),
);

/** What people and programs were told, and what did not reach them. */
@Controller('api/v1/notices')
export class NoticesController {
  constructor(@Inject(DEPS) private readonly deps: BrokerDeps) {}

  @Get()
  @Allow('notice.manage')
  @Describe({
    summary: 'List notices with where they went',
    description: 'Newest first. `state=dead` lists what was given up after about a day.',
    query: listQuery,
    answer: { status: 200, description: 'A page of notices.', schema: pageOf('NoticePage', noticeShape) },
    errors: ['invalid_cursor'],
  })
  async list(@CurrentPrincipal() principal: Principal, @Query() query: z.infer<typeof listQuery>) {
    const { cursor, limit, ...filter } = query;
    const page = readPage({ cursor, limit }, (text) => isId('ntc', text));
    return pageAnswer(await listNotices(this.deps, principal, given(filter), page), noticeAnswer);
  }

  @Post(':id/retry')
  @Allow('notice.manage')
  @Describe({
    summary: 'Try again what was given up',
    description:
      'The notice’s dead deliveries are due again, under the same id; what was delivered is not repeated.',
    body: { schema: noBody, optional: true },
    idempotent: true,
    answer: { status: 200, description: 'The notice.', schema: noticeShape },
    errors: ['not_found', 'wrong_state'],
  })
  async retry(
    @CurrentPrincipal() principal: Principal,
    @Id('ntc') id: string,
    @Body() _body: unknown,
    @Idempotency() key: IdempotencyKey | null,
  ) {
    return noticeAnswer(await once(this.deps, key, (deps) => retryNotice(deps, principal, id)));
  }
}

function noticeAnswer({ notice, deliveries }: NoticeView): z.infer<typeof noticeShape> {
  const { id, tenant, kind, subject, at } = notice;
  return {
    id,
    tenant,
    kind,
    subject,
    at,
    deliveries: deliveries.map(
      ({ channel, recipient, state, attempts, nextAt, deliveredAt, deadAt, lastError }) => ({
        channel,
        recipient,
        state,
        attempts,
        nextAt: state === 'due' ? nextAt : null,
        deliveredAt,
        deadAt,
        lastError,
      }),
    ),
  };
}
