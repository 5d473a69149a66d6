import { type EnrolledGateway, type GatewayPin, recordPins } from '@countersign/access';
import { parsePins } from '@countersign/gateway-protocol';
import { Controller, Inject, Post } from '@nestjs/common';
import { z } from 'zod';
import { Describe } from '../http/endpoint.js';
import { Body, CurrentGateway } from '../http/input.js';
import { ForGateways } from '../http/marks.js';
import { type BrokerDeps, DEPS } from '../injection.js';
import { component } from '../openapi/components.js';

/** Described loosely here: `libs/gateway-protocol`, which gateways share, judges the body strictly. */
const pinsBody = component(
  'GatewayPins',
  z.looseObject({ pins: z.unknown().describe('All pins of this gateway; see docs/feed.md.') }),
);

/** For enrolled gateways alone; docs/feed.md has the shapes. */
@Controller('gateway/v1/pins')
export class PinsController {
  constructor(@Inject(DEPS) private readonly deps: BrokerDeps) {}

  @Post()
  @ForGateways()
  @Describe({
    summary: 'Say whose trust this gateway has pinned',
    description: 'All of it, each time that it changes. What is new or another is told to the tenant.',
    body: { schema: pinsBody },
    answer: { status: 204, description: 'Noted.' },
  })
  async note(@CurrentGateway() gateway: EnrolledGateway, @Body() body: unknown): Promise<void> {
    const pins = parsePins(body).pins.map(
      ({ next, ...pin }): GatewayPin => (next === undefined ? pin : { ...pin, next }),
    );
    await recordPins(this.deps, gateway, pins);
  }
}
