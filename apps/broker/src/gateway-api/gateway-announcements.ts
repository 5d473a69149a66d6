import { type EnrolledGateway, recordVersion } from '@countersign/access';
import {
  type Announcement,
  announcementHeaders,
  describeSkew,
  FORMS,
  findSkew,
  formatForms,
  readAnnouncement,
  UNANNOUNCED,
} from '@countersign/gateway-protocol';
import { productVersion } from '@countersign/runtime';
import { type CanActivate, type ExecutionContext, Inject, Injectable } from '@nestjs/common';
import type { Response } from 'express';
import { LRUCache } from 'lru-cache';
import type { Logger } from 'pino';
import { type BrokerDeps, DEPS, LOGGER } from '../core.module.js';
import { HttpProblem } from '../http/problem.js';
import type { BrokerRequest } from '../http/request.js';

/** How often one gateway's version is stored, and the log says that it cannot be served. */
const NOTE_EVERY_MS = 60_000;
const REMEMBERED = 10_000;

/**
 * Guards everything that gateways call (decision 70): tells the gateway what this broker reads and writes, notes what the gateway
 * does, and refuses it with `unsupported_form` if they have no form in common. No request of such a gateway is read any further.
 */
@Injectable()
export class GatewayAnnouncements implements CanActivate {
  private readonly own: Announcement = { version: productVersion(), forms: FORMS };
  private readonly noted = new LRUCache<string, true>({ max: REMEMBERED, ttl: NOTE_EVERY_MS });

  constructor(
    @Inject(DEPS) private readonly deps: BrokerDeps,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const http = context.switchToHttp();
    const { caller, headers } = http.getRequest<BrokerRequest>();
    if (caller?.kind !== 'gateway') return true;
    for (const [name, value] of Object.entries(announcementHeaders(this.own)))
      http.getResponse<Response>().setHeader(name, value);
    const announced = readAnnouncement(headers);
    const isNew = announced !== undefined && this.isFirst(`${caller.gateway.id} ${announced.version}`);
    if (isNew) await this.note(caller.gateway, announced);
    this.requireCommonForms(caller.gateway, announced);
    return true;
  }

  private note(gateway: EnrolledGateway, { version, forms }: Announcement): Promise<void> {
    return recordVersion(this.deps, gateway, { version, forms: formatForms(forms) });
  }

  /** @throws HttpProblem `unsupported_form` */
  private requireCommonForms({ id }: EnrolledGateway, announced: Announcement | undefined): void {
    const skew = findSkew(this.own.forms, announced?.forms ?? UNANNOUNCED);
    if (skew === undefined) return;
    const versions = { broker: this.own.version, gateway: announced?.version ?? null };
    const detail = describeSkew(skew, 'broker', versions);
    if (this.isFirst(`${id} skew`))
      this.logger.error({ gateway: id, versions, code: 'unsupported_form', detail }, 'a gateway is refused');
    throw new HttpProblem('unsupported_form', `Broker and gateway do not fit: ${detail}`);
  }

  /** Whether this is the first time within a minute. */
  private isFirst(key: string): boolean {
    if (this.noted.has(key)) return false;
    this.noted.set(key, true);
    return true;
  }
}
