import { exportLog, type Principal } from '@countersign/access';
import { type ExportPage, type ExportQuery, exportEndpoints } from '@countersign/api';
import { Controller, Inject } from '@nestjs/common';
import { type BrokerDeps, type BrokerSettings, DEPS, SETTINGS } from '../core.module.js';
import { Endpoint } from '../http/endpoint.js';
import { CurrentPrincipal, Query, Slug } from '../http/input.js';
import { definedOnly } from '../http/page.js';
import { exportedEvents } from './formats/exported-event.js';
import { formatEvent } from './formats/index.js';

/** A log in the formats of SIEMs, page by page. */
@Controller()
export class ExportsController {
  constructor(
    @Inject(DEPS) private readonly deps: BrokerDeps,
    @Inject(SETTINGS) private readonly settings: BrokerSettings,
  ) {}

  @Endpoint(exportEndpoints.read)
  async read(
    @CurrentPrincipal() principal: Principal,
    @Slug() slug: string,
    @Query() { format, index, limit, from, to }: ExportQuery,
  ): Promise<ExportPage> {
    const page = await exportLog(this.deps, principal, slug, {
      index: Number(index),
      limit: Number(limit),
      span: definedOnly({ from, to }),
    });
    const { log, events } = exportedEvents(this.deps.store.deployment, slug, page);
    const { hostname: host } = new URL(this.settings.publicUrl);
    const items = events.map((event) => formatEvent(format, event, { host }));
    return { log, items, next: page.next, size: page.size };
  }
}
