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
import { Controller, Inject } from '@nestjs/common';
import { type BrokerDeps, DEPS } from '../core.module.js';
import { Endpoint } from '../http/endpoint.js';
import { Body, CurrentPrincipal, Id, Idempotency, Query } from '../http/input.js';
import { definedOnly, pageAnswer, readPage } from '../http/page.js';

@Controller()
export class DisclosuresController {
  constructor(@Inject(DEPS) private readonly deps: BrokerDeps) {}

  @Endpoint(disclosureEndpoints.list)
  async list(@CurrentPrincipal() principal: Principal, @Query() query: DisclosureListQuery) {
    const { cursor, limit, ...filter } = query;
    const page = readPage({ cursor, limit }, (text) => isId('grt', text));
    return pageAnswer(
      await listDisclosures(this.deps, principal, definedOnly(filter), page),
      disclosureAnswer,
    );
  }
}

@Controller()
export class GrantDisclosureController {
  constructor(@Inject(DEPS) private readonly deps: BrokerDeps) {}

  @Endpoint(disclosureEndpoints.read)
  async read(@CurrentPrincipal() principal: Principal, @Id('grt') id: string) {
    return disclosureAnswer(await getDisclosure(this.deps, principal, id));
  }

  @Endpoint(disclosureEndpoints.give)
  async give(
    @CurrentPrincipal() principal: Principal,
    @Id('grt') id: string,
    @Body() body: DisclosureBody,
    @Idempotency() key: IdempotencyKey | null,
  ) {
    return disclosureAnswer(await giveDisclosure(this.deps, principal, id, body, { idempotency: key }));
  }

  @Endpoint(disclosureEndpoints.answer)
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
