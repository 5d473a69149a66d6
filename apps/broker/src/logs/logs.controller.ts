import { listEvents, listRecords, type Principal } from '@countersign/access';
import { isId } from '@countersign/contract';
import { Controller, Get, Inject } from '@nestjs/common';
import { z } from 'zod';
import { Describe } from '../http/endpoint.js';
import { CurrentPrincipal, Query, Slug } from '../http/input.js';
import { Allow } from '../http/marks.js';
import { filters, given, isIndex, pageAnswer, pageQuery, readPage } from '../http/page.js';
import { type BrokerDeps, DEPS } from '../injection.js';
import { eventAnswer, eventPage, recordPage } from './log-answer.js';

const { tenant, grant, service, request, person, from, to } = filters;
const eventQuery = z.strictObject({ ...pageQuery, tenant, request, grant, person, from, to });
const recordQuery = z.strictObject({
  ...pageQuery,
  tenant,
  grant,
  service,
  request,
  person,
  from,
  to,
  decision: z.enum(['allowed', 'refused']).optional(),
});

/** What happened, for whoever it concerns: a tenant's own log and the calls under its grants. */
@Controller('api/v1/tenants/:slug')
export class LogsController {
  constructor(@Inject(DEPS) private readonly deps: BrokerDeps) {}

  @Get('events')
  @Allow('log.read')
  @Describe({
    summary: 'List the events of a tenant’s log',
    description:
      'Leaves as they are hashed, newest first: by index, or by time where `from` or `to` is given. `deployment` is the log that belongs to no tenant.',
    query: eventQuery,
    answer: { status: 200, description: 'A page of leaves.', schema: eventPage },
    errors: ['not_found', 'invalid_cursor'],
  })
  async events(
    @CurrentPrincipal() principal: Principal,
    @Slug() slug: string,
    @Query() query: z.infer<typeof eventQuery>,
  ) {
    const { cursor, limit, ...filter } = query;
    const page = readPage({ cursor, limit }, isIndex);
    const found = await listEvents(this.deps, principal, slug, given(filter), page);
    return pageAnswer(found, eventAnswer);
  }

  @Get('access-records')
  @Allow('log.read')
  @Describe({
    summary: 'List the calls that gateways recorded',
    description: 'Newest first; each call with its outcome once that is known.',
    query: recordQuery,
    answer: { status: 200, description: 'A page of records.', schema: recordPage },
    errors: ['not_found', 'invalid_cursor'],
  })
  async records(
    @CurrentPrincipal() principal: Principal,
    @Slug() slug: string,
    @Query() query: z.infer<typeof recordQuery>,
  ) {
    const { cursor, limit, ...filter } = query;
    const page = readPage({ cursor, limit }, (text) => isId('rec', text));
    const found = await listRecords(this.deps, principal, slug, given(filter), page);
    return pageAnswer(found, ({ tenant: _tenant, ...record }) => record);
  }
}
