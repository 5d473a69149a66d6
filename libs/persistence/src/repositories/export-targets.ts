import type { ExportTarget, ExportTargetRepository } from '@countersign/access';
import type { EntityManager } from 'typeorm';
import type { Sealer } from '../engine/secrets/seal.js';
import { comparable } from '../entities/column-types.js';
import { ExportTargetEntity } from '../entities/export-target.entity.js';
import { VENDOR_SIDE } from '../entities/person.entity.js';
import { places, selectRows } from './plain-rows.js';

const sideOf = (tenant: string | null): string => tenant ?? VENDOR_SIDE;

/** Secrets leave the database sealed and are opened only here. */
export class ExportTargets implements ExportTargetRepository {
  constructor(
    private readonly manager: EntityManager,
    private readonly sealer: Sealer,
  ) {}

  async list(tenant: string | null, log: string): Promise<ExportTarget[]> {
    const rows = await this.manager.find(ExportTargetEntity, {
      where: { side: sideOf(tenant), log },
      order: { id: 'ASC' },
    });
    return rows.map(toTarget);
  }

  async secret(id: string): Promise<string | null> {
    const row = await this.manager.findOneBy(ExportTargetEntity, { id });
    if (row === null || row.sealedSecret === '') return null;
    return this.sealer.open(exportSecretPlace(id), row.sealedSecret);
  }

  async insert({ tenant, ...target }: ExportTarget, secret: string | null): Promise<void> {
    const sealedSecret = secret === null ? '' : this.sealer.seal(exportSecretPlace(target.id), secret);
    await this.manager.insert(ExportTargetEntity, { ...target, side: sideOf(tenant), sealedSecret });
  }

  async remove(tenant: string | null, id: string): Promise<ExportTarget | null> {
    const where = { id, side: sideOf(tenant) };
    const row = await this.manager.findOneBy(ExportTargetEntity, where);
    if (row === null) return null;
    const { affected } = await this.manager.delete(ExportTargetEntity, where);
    return affected === 1 ? toTarget(row) : null;
  }

  async due(now: string, limit: number, busy: readonly string[]): Promise<ExportTarget[]> {
    const others = busy.length === 0 ? '' : `AND id NOT IN ${places(busy.length)}`;
    const rows = await selectRows(
      this.manager,
      ExportTargetEntity,
      `WHERE next_at <= ? ${others}
       AND next_index < (SELECT h.size FROM log_heads h WHERE h.tenant = export_targets.log)
       ORDER BY next_at LIMIT ?`,
      [comparable(now), ...busy, limit],
    );
    return rows.map(toTarget);
  }

  async claim(target: ExportTarget, until: string): Promise<ExportTarget | null> {
    const claims = target.claims + 1;
    const isOurs = await this.change(target, { claims, nextAt: until });
    return isOurs ? { ...target, claims, nextAt: until } : null;
  }

  acknowledge(
    target: ExportTarget,
    { next, at, until }: Parameters<ExportTargetRepository['acknowledge']>[1],
  ): Promise<boolean> {
    return this.change(target, {
      next,
      sentAt: at,
      nextAt: until,
      failures: 0,
      lastError: null,
      failedAt: null,
    });
  }

  async release(target: ExportTarget, nextAt: string): Promise<void> {
    await this.change(target, { nextAt });
  }

  async fail(
    target: ExportTarget,
    { error, at, nextAt }: Parameters<ExportTargetRepository['fail']>[1],
  ): Promise<void> {
    await this.change(target, { lastError: error, failedAt: at, nextAt, failures: target.failures + 1 });
  }

  /** Changes the row if it is still of this claim. */
  private async change(
    { id, claims }: ExportTarget,
    change: Partial<Omit<ExportTargetEntity, 'id' | 'side'>>,
  ): Promise<boolean> {
    const { affected } = await this.manager.update(ExportTargetEntity, { id, claims }, change);
    return affected === 1;
  }
}

function toTarget({ side, sealedSecret: _sealed, ...row }: ExportTargetEntity): ExportTarget {
  return { ...row, tenant: side === VENDOR_SIDE ? null : side };
}

/** Where the secret of a target is sealed. */
export const exportSecretPlace = (id: string) =>
  ({ table: 'export_targets', row: id, purpose: 'export-secrets' }) as const;
