import type { StoredEvent } from '@countersign/access';
import { listEvents, listRecords, missingWitnesses, type Principal, readWholeLog } from '@countersign/access';
import type { AccessRecord, Event, WitnessList } from '@countersign/api';
import { accessRecordSchema, type EventQuery, logEndpoints, type RecordQuery } from '@countersign/api';
import { type AccessRecordView, expandEventTypes, isId } from '@countersign/contract';
import { Controller, Inject } from '@nestjs/common';
import { z } from 'zod';
import { type BrokerDeps, DEPS } from '../core.module.js';
import { Endpoint } from '../http/endpoint.js';
import { CurrentPrincipal, Query, Slug } from '../http/input.js';
import { definedOnly, isIndex, pageAnswer, readPage } from '../http/page.js';
import { Witnesses } from './witnesses.js';

/** A tenant's own log and the calls under its grants. */
@Controller()
export class LogsController {
  constructor(
    @Inject(DEPS) private readonly deps: BrokerDeps,
    private readonly witnesses: Witnesses,
  ) {}

  @Endpoint(logEndpoints.events)
  async events(@CurrentPrincipal() principal: Principal, @Slug() slug: string, @Query() query: EventQuery) {
    const { cursor, limit, type, ...filter } = query;
    const page = readPage({ cursor, limit }, isIndex);
    const types = type === undefined ? undefined : expandEventTypes(type);
    const found = await listEvents(this.deps, principal, slug, definedOnly({ ...filter, types }), page);
    return pageAnswer(found, eventAnswer);
  }

  @Endpoint(logEndpoints.witnesses)
  async witnessList(@CurrentPrincipal() principal: Principal, @Slug() slug: string): Promise<WitnessList> {
    await readWholeLog(this.deps, principal, slug, () => Promise.resolve());
    const items = (await this.witnesses.watched(slug)).map(({ key: _key, ...witness }) => witness);
    return { items, missingSince: (await missingWitnesses(this.deps, slug))?.since ?? null };
  }

  @Endpoint(logEndpoints.records)
  async records(@CurrentPrincipal() principal: Principal, @Slug() slug: string, @Query() query: RecordQuery) {
    const { cursor, limit, ...filter } = query;
    const page = readPage({ cursor, limit }, (text) => isId('rec', text));
    const found = await listRecords(this.deps, principal, slug, definedOnly(filter), page);
    return pageAnswer(found, recordAnswer);
  }
}

/** The leaf as it is hashed, with its index. */
function eventAnswer({ index, leaf }: StoredEvent): Event {
  return { index, ...(JSON.parse(leaf) as Omit<Event, 'index'>) };
}

/** The members that an answer lacks if they say nothing. All others are null then. */
const MAY_BE_ABSENT = new Set(
  Object.entries(accessRecordSchema.shape).flatMap(([name, shape]) =>
    shape instanceof z.ZodOptional ? [name] : [],
  ),
);

/** A call as the API shows it. Its tenant is the one that was asked about. */
function recordAnswer({ tenant: _tenant, ...record }: AccessRecordView): AccessRecord {
  const members = Object.entries(record).flatMap(([name, value]) => {
    if (value === null && MAY_BE_ABSENT.has(name)) return [];
    return name === 'maskedFields'
      ? [
          ['masked', true],
          [name, value],
        ]
      : [[name, value]];
  });
  return Object.fromEntries(members) as AccessRecord;
}
