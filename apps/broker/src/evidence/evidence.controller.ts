import type { Principal, ReportPeriod } from '@countersign/access';
import { type EvidenceQuery, evidenceEndpoints } from '@countersign/api';
import { packFileName } from '@countersign/evidence';
import { errorMessage } from '@countersign/runtime';
import { Controller, Inject, Res } from '@nestjs/common';
import type { Response } from 'express';
import type { Logger } from 'pino';
import { LOGGER } from '../core.module.js';
import { NeverWaits } from '../http/calls-at-once.guard.js';
import { Endpoint } from '../http/endpoint.js';
import { CurrentPrincipal, Query, Slug } from '../http/input.js';
import { answerSink, ClientLeft } from './answer-sink.js';
import { EvidencePacks } from './evidence-packs.js';

/** The evidence pack of a tenant. */
@Controller()
export class EvidenceController {
  constructor(
    private readonly packs: EvidencePacks,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  @NeverWaits()
  @Endpoint(evidenceEndpoints.read)
  async read(
    @CurrentPrincipal() principal: Principal,
    @Slug() slug: string,
    @Query() query: EvidenceQuery,
    @Res() response: Response,
  ): Promise<void> {
    try {
      await this.packs.make(principal, slug, query, (period) => beginAnswer(response, slug, period));
      response.end();
    } catch (error) {
      if (!response.headersSent) throw error;
      // The client sees that the answer is cut off, and keeps no pack that is not whole.
      if (!(error instanceof ClientLeft))
        this.logger.error(
          { tenant: slug, error: errorMessage(error) },
          'making an evidence pack failed after its download began',
        );
      if (!response.writableEnded) response.destroy();
    }
  }
}

function beginAnswer(response: Response, slug: string, { name }: ReportPeriod) {
  response.setHeader('Content-Type', 'application/zip');
  response.setHeader('Cache-Control', 'private, no-store');
  response.setHeader('Content-Disposition', `attachment; filename="${packFileName(slug, name)}"`);
  // Nothing of the pack would be sent, so it is not made.
  if (response.req.method === 'HEAD') response.end();
  return answerSink(response);
}
