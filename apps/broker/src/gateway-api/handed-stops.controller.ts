import { type EnrolledGateway, takeReportedStop } from '@countersign/access';
import { signatureSchema } from '@countersign/contract';
import { Controller, Inject, Post } from '@nestjs/common';
import { z } from 'zod';
import { Describe } from '../http/endpoint.js';
import { Body, CurrentGateway } from '../http/input.js';
import { ForGateways } from '../http/marks.js';
import { type BrokerDeps, DEPS } from '../injection.js';
import { component } from '../openapi/components.js';

const handedBody = component('HandedStop', z.strictObject({ countersignature: signatureSchema }));

/** For enrolled gateways alone; docs/feed.md has the shapes. */
@Controller('gateway/v1/stops')
export class HandedStopsController {
  constructor(@Inject(DEPS) private readonly deps: BrokerDeps) {}

  @Post()
  @ForGateways()
  @Describe({
    summary: 'Pass on a stop or lift that a customer handed in at this gateway',
    description:
      'It counts by its signature alone, however late it comes; one that is known changes nothing. One that this broker cannot judge reaches the other gateways by the feed all the same.',
    body: { schema: handedBody },
    answer: { status: 204, description: 'Taken, known, or relayed.' },
    errors: ['not_found', 'conflict'],
  })
  async take(
    @CurrentGateway() gateway: EnrolledGateway,
    @Body() { countersignature }: z.infer<typeof handedBody>,
  ): Promise<void> {
    await takeReportedStop(this.deps, gateway, countersignature);
  }
}
