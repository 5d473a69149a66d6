import type { HandOverRepository, MissingHandOver, NewKey } from '@countersign/access';
import { handOverToSign, logOrigin } from '@countersign/audit-log';
import type { Hashing } from '@countersign/contract';
import type { EntityManager } from 'typeorm';
import { LogHandOverEntity } from '../entities/log.entity.js';
import { BoundRepository, type RowAccess } from './bound.js';
import { insertRow, query, selectRows } from './plain-rows.js';

/** Which logs have the leaf that hands over to a log key. */
export class HandOvers extends BoundRepository<LogHandOverEntity> implements HandOverRepository {
  constructor(
    manager: EntityManager,
    reach: RowAccess,
    private readonly hashing: Hashing,
  ) {
    super(manager, reach, LogHandOverEntity);
  }

  async missing(
    { replaced, next }: Parameters<HandOverRepository['missing']>[0],
    limit: number,
  ): Promise<MissingHandOver[]> {
    const rows = await query<{ log: string; deployment: string; epoch: string | number }>(
      this.manager,
      `SELECT h.tenant AS log, d.id AS deployment, d.epoch AS epoch FROM log_heads h
       CROSS JOIN deployment d LEFT JOIN log_hand_overs o ON o.tenant = h.tenant AND o.kid = ?
       WHERE o.tenant IS NULL AND h.size > 0 ORDER BY h.tenant LIMIT ?`,
      [next.kid, limit],
    );
    return rows.map(({ log, deployment, ...row }) => {
      const epoch = Number(row.epoch);
      const origin = logOrigin(deployment, log, epoch);
      const toSign = handOverToSign(this.hashing, origin, rawPublicKey(replaced), rawPublicKey(next));
      return { log, epoch, toSign };
    });
  }

  async has(kid: string): Promise<boolean> {
    const found = await selectRows(this.manager, LogHandOverEntity, 'WHERE tenant = ? AND kid = ?', [
      this.tenant,
      kid,
    ]);
    return found.length > 0;
  }

  async note(kid: string, seq: number): Promise<void> {
    await insertRow(this.manager, LogHandOverEntity, { tenant: this.tenant, kid, seq });
  }
}

/** An Ed25519 key's 32 bytes. */
const rawPublicKey = ({ publicJwk }: Pick<NewKey, 'publicJwk'>): Uint8Array =>
  Buffer.from(String(publicJwk['x']), 'base64url');
