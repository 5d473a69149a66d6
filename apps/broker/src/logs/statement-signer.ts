import type { StatementSpan } from '@countersign/access';
import { formatStatement } from '@countersign/audit-log';
import type { StatementFacts } from '@countersign/contract';
import { Inject, Injectable } from '@nestjs/common';
import { type BrokerDeps, DEPS } from '../core.module.js';
import { Checkpoints } from './checkpoints.js';

/** Signs statements of accesses with the log's key. */
@Injectable()
export class StatementSigner {
  constructor(
    @Inject(DEPS) private readonly deps: BrokerDeps,
    private readonly checkpoints: Checkpoints,
  ) {}

  /**
   * The checkpoint is signed after the facts were read, so that it covers every leaf that they name.
   *
   * @throws HttpProblem `log_inconsistent`
   */
  async sign(tenant: string, { from, to }: StatementSpan, facts: StatementFacts) {
    const { size, root, note: checkpoint } = await this.checkpoints.signIfGrown(tenant);
    const madeAt = this.deps.clock.now().toISOString();
    const text = formatStatement({
      ...{ v: 1, deployment: this.deps.store.deployment, tenant, from, to, madeAt },
      ...{ checkpoint, size, root, ...facts },
    });
    return { size, root, madeAt, note: await this.checkpoints.signText(tenant, text) };
  }
}
