import {
  answerDisclosure,
  type DisclosureView,
  getDisclosure,
  giveDisclosure,
  type IdempotencyKey,
  listDisclosures,
  type Principal,
} from '@countersign/access';
import {
  type Disclosure,
  type DisclosureAnswerBody,
  type DisclosureBody,
  type DisclosureListQuery,
  disclosureEndpoints,
} from '@countersign/api';
import { isId } from '@countersign/contract';
import { Controller, Get, Inject, Post } from '@nestjs/common';
import { type BrokerDeps, DEPS } from '../core.module.js';
import { Allow } from '../http/access.decorators.js';
import { Describe } from '../http/endpoint.js';
import { Body, CurrentPrincipal, Id, Idempotency, Query } from '../http/input.js';
import { definedOnly, pageAnswer, readPage } from '../http/page.js';

@Controller('api/v1/disclosures')
export class DisclosuresController {
  constructor(@Inject(DEPS) private readonly deps: BrokerDeps) {}

  @Get()
  @Allow('disclosure.read')
  @Describe(disclosureEndpoints.list)
  async list(@CurrentPrincipal() principal: Principal, @Query() query: DisclosureListQuery) {
    const { cursor, limit, ...filter } = query;
    const page = readPage({ cursor, limit }, (text) => isId('grt', text));
    return pageAnswer(
      await listDisclosures(this.deps, principal, definedOnly(filter), page),
      disclosureAnswer,
    );
  }
}

@Controller('api/v1/grants/:id/disclosure')
export class GrantDisclosureController {
  constructor(@Inject(DEPS) private readonly deps: BrokerDeps) {}

  @Get()
  @Allow('disclosure.read')
  @Describe(disclosureEndpoints.read)
  async read(@CurrentPrincipal() principal: Principal, @Id('grt') id: string) {
    return disclosureAnswer(await getDisclosure(this.deps, principal, id));
  }

  @Post()
  @Allow('disclosure.give')
  @Describe(disclosureEndpoints.give)
  async give(
    @CurrentPrincipal() principal: Principal,
    @Id('grt') id: string,
    @Body() body: DisclosureBody,
    @Idempotency() key: IdempotencyKey | null,
  ) {
    return disclosureAnswer(await giveDisclosure(this.deps, principal, id, body, { idempotency: key }));
  }

  @Post('answer')
  @Allow('disclosure.answer')
  @Describe(disclosureEndpoints.answer)
  async answer(
    @CurrentPrincipal() principal: Principal,
    @Id('grt') id: string,
    @Body() { answer, reason }: DisclosureAnswerBody,
    @Idempotency() key: IdempotencyKey | null,
  ) {
    const customerAnswer = { answer, reason: reason ?? null };
    return disclosureAnswer(
      await answerDisclosure(this.deps, principal, id, customerAnswer, { idempotency: key }),
    );
  }
}

function disclosureAnswer({ disclosure, reason, prevention, answerReason }: DisclosureView): Disclosure {
  const { id, content, answer, version: _version, ...members } = disclosure;
  return {
    grant: id,
    ...members,
    disclosure: content === null ? null : { ...content, reason, prevention },
    answer: answer === null ? null : { ...answer, reason: answerReason },
  };
}
