import type { EventDraft, EventLog, LogHead } from '@countersign/access';
import {
  type Actor,
  type CompactRange,
  encodeLeaf,
  leafHash,
  rangeRoot,
  withLeaf,
} from '@countersign/audit-log';
import { commit, encodeBase64url } from '@countersign/scope';
import type { EntityManager } from 'typeorm';
import { DeploymentEntity } from '../entities/deployment.entity.js';
import { EventEntity } from '../entities/event.entity.js';
import { LogHeadEntity } from '../entities/log-head.entity.js';
import { Openings } from '../repositories/openings.js';
import type { UnitContext } from './context.js';

const SALT_BYTES = 32;
/** Rows of one insert, well below the engines' limits on parameters. */
const ROWS_AT_ONCE = 200;

/**
 * One tenant's log within one transaction. Opening it locks the log's head, so that the tenant's writing
 * units come one after the other; leaves are written in one go when the unit ends (`flush`).
 */
export class TenantLog implements EventLog {
  #pending: EventEntity[] = [];

  private constructor(
    private readonly manager: EntityManager,
    private readonly context: UnitContext,
    private readonly tenant: string,
    private range: CompactRange,
  ) {}

  static async open(manager: EntityManager, context: UnitContext, tenant: string): Promise<TenantLog> {
    const bump = () => manager.update(LogHeadEntity, { tenant }, { units: () => 'units + 1' });
    if ((await bump()).affected !== 1) {
      await manager
        .createQueryBuilder()
        .insert()
        .into(LogHeadEntity)
        .values({ tenant, size: 0, units: 0, range: [] })
        .orIgnore()
        .execute();
      await bump();
    }
    const { size, range } = await manager.findOneByOrFail(LogHeadEntity, { tenant });
    return new TenantLog(manager, context, tenant, { size, nodes: range });
  }

  async append(draft: EventDraft): Promise<{ index: number }> {
    const commitments = { ...draft.commitments, ...(await this.commitPersonal(draft.personal ?? {})) };
    // From here to the new size nothing waits: appends that run side by side cannot get the same index.
    const index = this.range.size;
    const bytes = encodeLeaf({
      v: 1,
      type: draft.type,
      at: draft.at,
      tenant: this.tenant,
      seq: index,
      // `encodeLeaf` refuses what is no actor.
      actor: draft.actor as Actor,
      data: draft.data,
      commitments,
    });
    const hash = leafHash(this.context.hashing, bytes);
    this.#pending.push({
      tenant: this.tenant,
      seq: index,
      type: draft.type,
      at: draft.at,
      hash: `sha256:${Buffer.from(hash).toString('hex')}`,
      leaf: Buffer.from(bytes).toString('utf8'),
      request: named(draft.data['request']),
      grant: named(draft.data['grant']),
      requester: named(draft.data['requester']),
    });
    this.range = withLeaf(this.context.hashing, this.range, hash);
    return { index };
  }

  async head(): Promise<LogHead> {
    const { epoch } = await this.manager.createQueryBuilder(DeploymentEntity, 'row').getOneOrFail();
    const root = rangeRoot(this.context.hashing, this.range);
    return { epoch, size: this.range.size, root: Buffer.from(root).toString('base64') };
  }

  /** Writes the leaves, and the new size of the log with its compact range. */
  async flush(): Promise<void> {
    const leaves = this.#pending;
    if (leaves.length === 0) return;
    this.#pending = [];
    for (let start = 0; start < leaves.length; start += ROWS_AT_ONCE)
      await this.manager.insert(EventEntity, leaves.slice(start, start + ROWS_AT_ONCE));
    await this.manager.update(
      LogHeadEntity,
      { tenant: this.tenant },
      { size: this.range.size, range: [...this.range.nodes] },
    );
  }

  private async commitPersonal(personal: Record<string, string>): Promise<Record<string, string>> {
    const openings = new Openings(this.manager, { tenant: this.tenant });
    const commitments: Record<string, string> = {};
    for (const [name, value] of Object.entries(personal)) {
      const salt = this.context.random.bytes(SALT_BYTES);
      const commitment = commit(this.context.hashing, name, salt, value);
      await openings.save(commitment, name, { value, salt: encodeBase64url(salt) });
      commitments[name] = commitment;
    }
    return commitments;
  }
}

const named = (id: unknown): string | null => (typeof id === 'string' ? id : null);
