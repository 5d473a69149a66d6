import type { LockView } from '@countersign/access';
import { type IdempotencyKey, liftLock, listLocks, type Principal, setLock } from '@countersign/access';
import type { Lock as LockAnswer } from '@countersign/api';
import { type LockBody, type LockListQuery, lockEndpoints } from '@countersign/api';
import { isId, parseDuration } from '@countersign/contract';
import { Controller, Inject } from '@nestjs/common';
import { type BrokerDeps, DEPS } from '../core.module.js';
import { NeverWaits } from '../http/calls-at-once.guard.js';
import { Endpoint } from '../http/endpoint.js';
import { Body, CurrentPrincipal, Id, Idempotency, Query } from '../http/input.js';
import { pageAnswer, readPage } from '../http/page.js';

/** Locks, which block a tenant, a person or a service at once. */
@Controller()
export class LocksController {
  constructor(@Inject(DEPS) private readonly deps: BrokerDeps) {}

  @NeverWaits()
  @Endpoint(lockEndpoints.create)
  async create(
    @CurrentPrincipal() principal: Principal,
    @Body() body: LockBody,
    @Idempotency() key: IdempotencyKey | null,
  ) {
    const { kind, name, reason, duration } = body;
    const seconds = duration === undefined ? null : (parseDuration(duration) ?? null);
    return lockAnswer(
      await setLock(this.deps, principal, { kind, name, reason, seconds }, { idempotency: key }),
    );
  }

  @Endpoint(lockEndpoints.list)
  async list(@CurrentPrincipal() principal: Principal, @Query() query: LockListQuery) {
    const page = readPage(query, (text) => isId('lck', text));
    return pageAnswer(await listLocks(this.deps, principal, page), lockAnswer);
  }

  @Endpoint(lockEndpoints.lift)
  async lift(@CurrentPrincipal() principal: Principal, @Id('lck') id: string) {
    return lockAnswer(await liftLock(this.deps, principal, id));
  }
}

const lockAnswer = ({ id, kind, name, tenant, side, reason, expiresAt }: LockView): LockAnswer => ({
  id,
  kind,
  name,
  tenant,
  side,
  reason,
  expiresAt,
});
