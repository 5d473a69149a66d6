import type { StoredEvent } from '@countersign/access';
import { listEvents, listRecords, missingWitnesses, type Principal, readWholeLog } from '@countersign/access';
import type { Event, WitnessList } from '@countersign/api';
import { type EventQuery, logEndpoints, type RecordQuery } from '@countersign/api';
import { expandEventTypes, isId } from '@countersign/contract';
import { Controller, Get, Inject } from '@nestjs/common';
import { type BrokerDeps, DEPS } from '../core.module.js';
import { Allow } from '../http/access.decorators.js';
import { Describe } from '../http/endpoint.js';
import { CurrentPrincipal, Query, Slug } from '../http/input.js';
import { given, isIndex, pageAnswer, readPage } from '../http/page.js';
import { Witnesses } from './witnesses.js';

/** A tenant's own log and the calls under its grants. */
@Controller('api/v1/tenants/:slug')
export class LogsController {
  constructor(
    @Inject(DEPS) private readonly deps: BrokerDeps,
    private readonly witnesses: Witnesses,
  ) {}

  @Get('events')
  @Allow('log.read')
  @Describe(logEndpoints.events)
  async events(@CurrentPrincipal() principal: Principal, @Slug() slug: string, @Query() query: EventQuery) {
    const { cursor, limit, type, ...filter } = query;
    const page = readPage({ cursor, limit }, isIndex);
    const types = type === undefined ? undefined : expandEventTypes(type);
    const found = await listEvents(this.deps, principal, slug, given({ ...filter, types }), page);
    return pageAnswer(found, eventAnswer);
  }

  @Get('witnesses')
  @Allow('log.follow')
  @Describe(logEndpoints.witnesses)
  async witnessList(@CurrentPrincipal() principal: Principal, @Slug() slug: string): Promise<WitnessList> {
    await readWholeLog(this.deps, principal, slug, () => Promise.resolve());
    const items = (await this.witnesses.watched(slug)).map(({ key: _key, ...witness }) => witness);
    return { items, missingSince: (await missingWitnesses(this.deps, slug))?.since ?? null };
  }

  @Get('access-records')
  @Allow('log.read')
  @Describe(logEndpoints.records)
  async records(@CurrentPrincipal() principal: Principal, @Slug() slug: string, @Query() query: RecordQuery) {
    const { cursor, limit, ...filter } = query;
    const page = readPage({ cursor, limit }, (text) => isId('rec', text));
    const found = await listRecords(this.deps, principal, slug, given(filter), page);
    return pageAnswer(
      found,
      ({
        tenant: _tenant,
        tenantFrom,
        requesterFacts,
        file,
        sentSha256,
        maskedFields,
        withheld,
        ...record
      }) => ({
        ...record,
        ...(tenantFrom === null ? {} : { tenantFrom }),
        ...(requesterFacts === null ? {} : { requesterFacts }),
        ...(maskedFields === null ? {} : { masked: true as const, maskedFields }),
        ...(withheld === null ? {} : { withheld }),
        ...(file === null ? {} : { file }),
        ...(sentSha256 === null ? {} : { sentSha256 }),
      }),
    );
  }
}

/** The leaf as it is hashed, with its index. */
function eventAnswer({ index, leaf }: StoredEvent): Event {
  return { index, ...(JSON.parse(leaf) as Omit<Event, 'index'>) };
}
