import {
  draftLiftStatement,
  draftStopStatement,
  liftStop,
  listStops,
  type Principal,
  type Stop,
  setStop,
} from '@countersign/access';
import { isDigest, liftSchema, signatureSchema, stopSchema } from '@countersign/contract';
import { Controller, Get, Inject, Post } from '@nestjs/common';
import { z } from 'zod';
import { Describe } from '../http/endpoint.js';
import { Body, CurrentPrincipal, Query, Slug } from '../http/input.js';
import { Allow } from '../http/marks.js';
import { type BrokerDeps, DEPS } from '../injection.js';
import { component, digestText, idText, instant, pageOf } from '../openapi/components.js';

const digest = z.string().refine(isDigest, 'sha256: and 64 hexadecimal digits');
const stopQuery = z.strictObject({
  digest: digest.optional().describe('Of the one grant to be stopped; all of the tenant where it is absent.'),
});
const liftQuery = z.strictObject({ stop: digest.describe('The stop’s hash.') });
const signedBody = component('SignedStop', z.strictObject({ countersignature: signatureSchema }));

const stopToSign = component('StopToSign', z.object({ statement: stopSchema }));
const liftToSign = component('LiftToSign', z.object({ statement: liftSchema }));

const stopShape = component(
  'Stop',
  z.object({
    hash: digestText().describe('Of the signed statement; a lift names it.'),
    digest: digestText().nullable().describe('Of the grant that it stops; null: all of the tenant.'),
    person: idText('usr', 'Who stopped.'),
    at: instant(),
    countersignature: signatureSchema,
    liftedBy: idText('usr', 'Who lifted it.').nullable(),
    liftedAt: instant().nullable(),
  }),
);
const OWN_BROWSER = 'Signed with a passkey, in the person’s own browser session alone.';

/** A customer's own stop, which gateways obey whatever the broker says. */
@Controller('api/v1/tenants/:slug')
export class StopsController {
  constructor(@Inject(DEPS) private readonly deps: BrokerDeps) {}

  @Get('stops/statement')
  @Allow('stop.write')
  @Describe({
    summary: 'Read the stop that one may sign now',
    query: stopQuery,
    answer: {
      status: 200,
      description: 'Good for five minutes.',
      schema: stopToSign,
    },
    errors: ['not_found', 'wrong_state'],
  })
  async stopStatement(
    @CurrentPrincipal() principal: Principal,
    @Slug() slug: string,
    @Query() query: z.infer<typeof stopQuery>,
  ) {
    return { statement: await draftStopStatement(this.deps, principal, slug, query.digest) };
  }

  @Get('stops')
  @Allow('trust.read')
  @Describe({
    summary: 'List the stops in force',
    answer: {
      status: 200,
      description: 'Oldest first; `next` is null.',
      schema: pageOf('StopPage', stopShape),
    },
    errors: ['not_found'],
  })
  async list(@CurrentPrincipal() principal: Principal, @Slug() slug: string) {
    return { items: (await listStops(this.deps, principal, slug)).map(stopAnswer), next: null };
  }

  @Post('stops')
  @Allow('stop.write')
  @Describe({
    summary: 'Stop one grant, or everything',
    description: `It lasts until a signed lift. ${OWN_BROWSER}`,
    body: { schema: signedBody },
    answer: { status: 201, description: 'The stop.', schema: stopShape },
    errors: ['not_found', 'conflict'],
  })
  async set(
    @CurrentPrincipal() principal: Principal,
    @Slug() slug: string,
    @Body() { countersignature }: z.infer<typeof signedBody>,
  ) {
    return stopAnswer(await setStop(this.deps, principal, slug, countersignature));
  }

  @Get('lifts/statement')
  @Allow('stop.write')
  @Describe({
    summary: 'Read the lift that one may sign now',
    query: liftQuery,
    answer: {
      status: 200,
      description: 'Good for five minutes.',
      schema: liftToSign,
    },
    errors: ['not_found', 'wrong_state'],
  })
  async liftStatement(
    @CurrentPrincipal() principal: Principal,
    @Slug() slug: string,
    @Query() { stop }: z.infer<typeof liftQuery>,
  ) {
    return { statement: await draftLiftStatement(this.deps, principal, slug, stop) };
  }

  @Post('lifts')
  @Allow('stop.write')
  @Describe({
    summary: 'Lift a stop',
    description: OWN_BROWSER,
    body: { schema: signedBody },
    answer: { status: 201, description: 'The stop, lifted.', schema: stopShape },
    errors: ['not_found', 'wrong_state'],
  })
  async lift(
    @CurrentPrincipal() principal: Principal,
    @Slug() slug: string,
    @Body() { countersignature }: z.infer<typeof signedBody>,
  ) {
    return stopAnswer(await liftStop(this.deps, principal, slug, countersignature));
  }
}

const stopAnswer = ({ hash, digest, person, at, signature, liftedBy, liftedAt }: Stop) => ({
  hash,
  digest,
  person,
  at,
  countersignature: signature,
  liftedBy,
  liftedAt,
});
