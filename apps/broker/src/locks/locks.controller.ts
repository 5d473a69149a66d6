import {
  type IdempotencyKey,
  LOCK_KINDS,
  liftLock,
  listLocks,
  once,
  type Principal,
  setLock,
} from '@countersign/access';
import { isId, parseDuration } from '@countersign/contract';
import { Controller, Delete, Get, Inject, Post } from '@nestjs/common';
import { z } from 'zod';
import { Describe } from '../http/endpoint.js';
import { Body, CurrentPrincipal, Id, Idempotency, Query } from '../http/input.js';
import { Allow } from '../http/marks.js';
import { pageAnswer, pageQuery, readPage } from '../http/page.js';
import { type BrokerDeps, DEPS } from '../injection.js';
import { component } from '../openapi/components.js';
import { durationText, freeText } from '../requests/ask-body.js';
import { lockAnswer, lockPage, lockShape } from './lock-answer.js';

const lockBody = component(
  'LockBody',
  z.strictObject({
    kind: z.enum(LOCK_KINDS),
    name: z
      .string()
      .min(1)
      .max(320)
      .describe('A tenant’s slug; a person’s id or vendor e-mail; a service’s name.'),
    reason: freeText
      .refine((text) => text.trim() !== '', 'Say why; it stands in the log')
      .describe('Why; it stands in the log.'),
    duration: durationText.optional().describe('How long; until it is lifted where absent.'),
  }),
);

const listQuery = z.strictObject({ ...pageQuery });

/** Blocking a tenant, a person or a service at once. */
@Controller('api/v1/locks')
export class LocksController {
  constructor(@Inject(DEPS) private readonly deps: BrokerDeps) {}

  @Post()
  @Allow('lock.write')
  @Describe({
    summary: 'Lock a tenant, a person or a service',
    description:
      'Nothing that it blocks is asked for, reviewed, started or given a token, and every connected gateway refuses its calls within a second. A tenant’s own lock of any kind binds that tenant only.',
    body: { schema: lockBody },
    idempotent: true,
    answer: { status: 201, description: 'The lock, in force.', schema: lockShape },
    errors: ['not_found'],
  })
  async create(
    @CurrentPrincipal() principal: Principal,
    @Body() body: z.infer<typeof lockBody>,
    @Idempotency() key: IdempotencyKey | null,
  ) {
    const { kind, name, reason, duration } = body;
    const seconds = duration === undefined ? null : (parseDuration(duration) ?? null);
    return lockAnswer(
      await once(this.deps, key, (deps) => setLock(deps, principal, { kind, name, reason, seconds })),
    );
  }

  @Get()
  @Allow('lock.read')
  @Describe({
    summary: 'List locks in force',
    description:
      'Newest first. A customer’s people see those that bind their tenant, those for all among them.',
    query: listQuery,
    answer: { status: 200, description: 'A page of locks.', schema: lockPage },
    errors: ['invalid_cursor'],
  })
  async list(@CurrentPrincipal() principal: Principal, @Query() query: z.infer<typeof listQuery>) {
    const page = readPage(query, (text) => isId('lck', text));
    return pageAnswer(await listLocks(this.deps, principal, page), lockAnswer);
  }

  @Delete(':id')
  @Allow('lock.write')
  @Describe({
    summary: 'Lift a lock',
    description: 'Only the side that set a lock lifts it.',
    answer: { status: 200, description: 'The lock, lifted.', schema: lockShape },
    errors: ['not_found'],
  })
  async lift(@CurrentPrincipal() principal: Principal, @Id('lck') id: string) {
    return lockAnswer(await liftLock(this.deps, principal, id));
  }
}
