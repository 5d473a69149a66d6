import {
  type IdempotencyKey,
  listNotices,
  type NoticeView,
  type Principal,
  retryNotice,
} from '@countersign/access';
import type { Notice as NoticeAnswer } from '@countersign/api';
import { type NoticeListQuery, noticeEndpoints } from '@countersign/api';
import { isId } from '@countersign/contract';
import { Controller, Inject } from '@nestjs/common';
import { type BrokerDeps, DEPS } from '../core.module.js';
import { Endpoint } from '../http/endpoint.js';
import { Body, CurrentPrincipal, Id, Idempotency, Query } from '../http/input.js';
import { definedOnly, pageAnswer, readPage } from '../http/page.js';

/** Notices to people and programs, and their deliveries. */
@Controller()
export class NoticesController {
  constructor(@Inject(DEPS) private readonly deps: BrokerDeps) {}

  @Endpoint(noticeEndpoints.list)
  async list(@CurrentPrincipal() principal: Principal, @Query() query: NoticeListQuery) {
    const { cursor, limit, ...filter } = query;
    const page = readPage({ cursor, limit }, (text) => isId('ntc', text));
    return pageAnswer(await listNotices(this.deps, principal, definedOnly(filter), page), noticeAnswer);
  }

  @Endpoint(noticeEndpoints.retry)
  async retry(
    @CurrentPrincipal() principal: Principal,
    @Id('ntc') id: string,
    @Body() _body: unknown,
    @Idempotency() key: IdempotencyKey | null,
  ) {
    return noticeAnswer(await retryNotice(this.deps, principal, id, { idempotency: key }));
  }
}

function noticeAnswer({ notice, deliveries }: NoticeView): NoticeAnswer {
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
