import { closeLeases, type EnrolledGateway, leaseBudget } from '@countersign/access';
import { type LeaseAnswer, parseLeaseAsk, parseLeaseClosing } from '@countersign/gateway-protocol';
import { Controller, Inject, Post } from '@nestjs/common';
import { z } from 'zod';
import { Describe } from '../http/endpoint.js';
import { Body, CurrentGateway } from '../http/input.js';
import { ForGateways } from '../http/marks.js';
import { type BrokerDeps, DEPS } from '../injection.js';
import { component } from '../openapi/components.js';

/** Described loosely here: `libs/gateway-protocol`, which gateways share, judges these bodies strictly. */
const askBody = component(
  'LeaseAsk',
  z.looseObject({
    grant: z.unknown().describe('The grant, `grt_…`.'),
    boot: z.unknown().describe('The UUID that the gateway chose at its start.'),
    turn: z.unknown().describe('Counts the asks of this boot for this grant.'),
    used: z.unknown().describe('`{calls, bytes}` used by this boot so far.'),
    wish: z.unknown().describe('`{calls, bytes}`: the totals up to which it wants to go.'),
  }),
);
const total = z.int().nullable();
const askAnswer = component(
  'Lease',
  z.object({
    held: z.object({ calls: total, bytes: total }).describe('Totals of this boot; null: no such limit.'),
    elsewhere: z.boolean().describe('Others hold a part that they may give back.'),
  }),
);
const closingBody = component(
  'LeaseClosing',
  z.looseObject({ boots: z.unknown().describe('Boots that are over, all their records handed over.') }),
);

/** How gateways share the budget of a grant; docs/feed.md has the shapes. */
@Controller('gateway/v1/leases')
export class LeasesController {
  constructor(@Inject(DEPS) private readonly deps: BrokerDeps) {}

  @Post()
  @ForGateways()
  @Describe({
    summary: 'Take or give back a part of a grant’s budget',
    body: { schema: askBody },
    answer: { status: 200, description: 'What this boot holds now.', schema: askAnswer },
    errors: ['not_found', 'grant_not_active', 'conflict'],
  })
  lease(@CurrentGateway() gateway: EnrolledGateway, @Body() body: unknown): Promise<LeaseAnswer> {
    return leaseBudget(this.deps, gateway.id, parseLeaseAsk(body));
  }

  @Post('closed')
  @ForGateways()
  @Describe({
    summary: 'Say that earlier runs of this gateway are over',
    description: 'What their leases held beyond what their records prove is free again.',
    body: { schema: closingBody },
    answer: { status: 204, description: 'Closed, now or before.' },
  })
  async close(@CurrentGateway() gateway: EnrolledGateway, @Body() body: unknown): Promise<void> {
    await closeLeases(this.deps, gateway.id, parseLeaseClosing(body).boots);
  }
}
