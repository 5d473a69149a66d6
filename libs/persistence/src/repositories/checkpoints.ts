import type {
  CheckpointRepository,
  SeenCheckpoint,
  SignedLog,
  StoredCheckpoint,
  WitnessState,
} from '@countersign/access';
import type { Hashing } from '@countersign/contract';
import type { EntityManager, EntityTarget } from 'typeorm';
import { comparable } from '../entities/column-types.js';
import {
  LogCheckpointEntity,
  LogHeadEntity,
  LogSightingEntity,
  WitnessStateEntity,
} from '../entities/log.entity.js';
import { epochOf, headOf } from './events.js';
import { inChunks, insertRows } from './many-rows.js';
import { among, places, query, selectRows } from './plain-rows.js';

/** The newest signed checkpoint of each log. Rows of all logs, by name: only the broker's own work uses it. */
export class Checkpoints implements CheckpointRepository {
  constructor(
    private readonly manager: EntityManager,
    private readonly hashing: Hashing,
  ) {}

  async signed(logs: readonly string[]): Promise<SignedLog[]> {
    const [epoch, heads, newest, seen] = await Promise.all([
      epochOf(this.manager),
      this.byLog(LogHeadEntity, logs),
      this.byLog(LogCheckpointEntity, logs, ' ORDER BY epoch'),
      this.byLog(LogSightingEntity, logs),
    ]);
    return logs.map((log) => {
      const { size = 0, range: nodes = [] } = heads.get(log) ?? {};
      return {
        log,
        head: headOf(this.hashing, epoch, { size, nodes }),
        newest: withoutLog(newest.get(log)),
        seen: withoutLog(seen.get(log)),
      };
    });
  }

  async newest(log: string): Promise<StoredCheckpoint | null> {
    return withoutLog((await this.byLog(LogCheckpointEntity, [log], ' ORDER BY epoch')).get(log));
  }

  async behind(limit: number): Promise<string[]> {
    const rows = await query<{ tenant: string }>(
      this.manager,
      `SELECT h.tenant AS tenant FROM log_heads h
       CROSS JOIN deployment d
       LEFT JOIN log_checkpoints c ON c.tenant = h.tenant AND c.epoch = d.epoch AND c.size = h.size
       WHERE c.tenant IS NULL AND h.size > 0 LIMIT ?`,
      [limit],
    );
    return rows.map(({ tenant }) => tenant);
  }

  async logs(): Promise<string[]> {
    const sql = 'SELECT tenant FROM log_heads WHERE size > 0 ORDER BY tenant';
    return (await query<{ tenant: string }>(this.manager, sql, [])).map(({ tenant }) => tenant);
  }

  async seen(log: string): Promise<SeenCheckpoint | null> {
    return withoutLog((await this.byLog(LogSightingEntity, [log])).get(log));
  }

  async stopped(limit: number): Promise<string[]> {
    const rows = await query<{ tenant: string }>(
      this.manager,
      `SELECT s.tenant AS tenant FROM log_sightings s CROSS JOIN deployment d
       WHERE s.epoch >= d.epoch ORDER BY s.tenant LIMIT ?`,
      [limit],
    );
    return rows.map(({ tenant }) => tenant);
  }

  async keepSeen(log: string, checkpoint: SeenCheckpoint): Promise<boolean> {
    const { epoch, size, root, note, seenAt } = checkpoint;
    const before = await this.seen(log);
    await query(
      this.manager,
      `INSERT INTO log_sightings (tenant, epoch, size, root, note, seen_at) VALUES ${places(6)}
       ON CONFLICT (tenant) DO UPDATE
       SET epoch = excluded.epoch, size = excluded.size, root = excluded.root, note = excluded.note, seen_at = excluded.seen_at
       WHERE (log_sightings.epoch, log_sightings.size) < (excluded.epoch, excluded.size)`,
      [log, epoch, size, root, note, comparable(seenAt)],
    );
    return before === null || before.epoch < epoch;
  }

  async witnessStates(log: string): Promise<Map<string, WitnessState>> {
    const rows = await selectRows(this.manager, WitnessStateEntity, 'WHERE tenant = ?', [log]);
    return new Map(rows.map(({ tenant: _log, vkey, ...state }) => [vkey, state]));
  }

  async keepWitnessState(log: string, vkey: string, state: WitnessState): Promise<void> {
    const row = { tenant: log, vkey, ...state };
    await insertRows(this.manager, WitnessStateEntity, [row], { replaces: ['tenant', 'vkey'] });
  }

  async advance(log: string, { epoch, size, root, note, signedAt }: StoredCheckpoint): Promise<boolean> {
    const rows = await query<{ size: unknown }>(
      this.manager,
      `INSERT INTO log_checkpoints (tenant, epoch, size, root, note, signed_at) VALUES ${places(6)}
       ON CONFLICT (tenant, epoch) DO UPDATE
       SET size = excluded.size, root = excluded.root, note = excluded.note, signed_at = excluded.signed_at
       WHERE log_checkpoints.size < excluded.size RETURNING size`,
      [log, epoch, size, root, note, comparable(signedAt)],
    );
    return rows.length === 1;
  }

  async addSignatures(
    log: string,
    { epoch, size }: { epoch: number; size: number },
    note: string,
  ): Promise<boolean> {
    const changed = await query(
      this.manager,
      'UPDATE log_checkpoints SET note = ? WHERE tenant = ? AND epoch = ? AND size = ? RETURNING size',
      [note, log, epoch, size],
    );
    return changed.length === 1;
  }

  /** A row of each of these logs: the last one in this order. */
  private async byLog<Row extends { tenant: string }>(
    entity: EntityTarget<Row>,
    logs: readonly string[],
    order = '',
  ): Promise<Map<string, Row>> {
    const rows = await inChunks(logs, (chunk) => {
      const [those, names] = among(this.manager, 'tenant', chunk);
      return selectRows(this.manager, entity, `WHERE ${those}${order}`, names);
    });
    return new Map(rows.map((row) => [row.tenant, row]));
  }
}

function withoutLog<Row extends { tenant: string }>(row: Row | undefined): Omit<Row, 'tenant'> | null {
  if (row === undefined) return null;
  const { tenant: _log, ...rest } = row;
  return rest;
}
