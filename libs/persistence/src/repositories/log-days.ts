import type {
  DaySeal,
  DeploymentPoint,
  LogDays,
  LogDaysRepository,
  NamedOpening,
  OpenedLeaf,
  SealedDraft,
  SealedLeaf,
  SealingDraft,
} from '@countersign/access';
import {
  type Actor,
  appendLeaf,
  type CompactRange,
  leafHashOfText,
  leafText,
  logOrigin,
  rangeRoot,
} from '@countersign/audit-log';
import { commit, DEPLOYMENT_SLUG, encodeBase64url, type SealedHead } from '@countersign/contract';
import type { EntityManager } from 'typeorm';
import { type Place, Sealer } from '../engine/secrets/seal.js';
import { sealIn } from '../engine/secrets/seal-in.js';
import { comparable, hashList } from '../entities/column-types.js';
import {
  DaySealEntity,
  LogDaysEntity,
  OpenedLeafEntity,
  SealedLeafEntity,
} from '../entities/log-days.entity.js';
import { StoreError } from '../errors.js';
import type { UnitContext } from '../units/context.js';
import { requireDeclared } from '../units/declared-event.js';
import { BoundRepository, type RowAccess } from './bound.js';
import { orConflict } from './conflict.js';
import { insertRows } from './many-rows.js';
import { insertRow, query, selectRows, THE_DEPLOYMENT, updateRow } from './plain-rows.js';

const KEY_BYTES = 32;
/** A salt in base64url stands before the value: both have fixed lengths. */
const SALT_LENGTH = 43;

/**
 * The daily leaves of one tenant. What a closed seal commits to is encrypted under a key of the tenant, and that key under
 * the master key: a rotation of the master key seals one key a tenant again, not one row a day.
 */
export class LogDaysRows extends BoundRepository<LogDaysEntity> implements LogDaysRepository {
  constructor(
    manager: EntityManager,
    reach: RowAccess,
    private readonly context: UnitContext,
  ) {
    super(manager, reach, LogDaysEntity);
  }

  async begin(day: string): Promise<void> {
    const row = {
      tenant: this.tenant,
      nextDay: day,
      nextOpening: day,
      recorded: 0,
      sealedKey: null,
      openedSize: null,
    };
    await insertRows(this.manager, LogDaysEntity, [row], 'skip');
  }

  async find(): Promise<LogDays | null> {
    const [row] = await this.select('tenant = ?', [this.tenant]);
    return row === undefined ? null : { nextDay: row.nextDay, nextOpening: row.nextOpening };
  }

  advance(before: LogDays, after: LogDays): Promise<boolean> {
    const { nextDay, nextOpening } = before;
    return updateRow(
      this.manager,
      LogDaysEntity,
      { tenant: this.tenant, nextDay, nextOpening },
      { ...after },
    );
  }

  async seal({ day, leaf, commitment, opening }: DaySeal): Promise<void> {
    const { tenant } = this;
    const sealer = new Sealer(await this.ownKey(), this.context.random);
    const content = sealer.seal(contentPlace(tenant, day), `${opening.salt}${opening.value}`);
    await orConflict(
      insertRow(this.manager, DaySealEntity, { tenant, day, leaf, commitment, content }),
      'This day has its sealed leaf.',
    );
  }

  async unseal(day: string): Promise<DaySeal | null> {
    const { tenant } = this;
    const taken = await query<{ leaf: string | number; commitment: string; content: string }>(
      this.manager,
      'DELETE FROM day_seals WHERE tenant = ? AND day = ? RETURNING leaf, commitment, content',
      [tenant, day],
    );
    const [row] = taken;
    if (row === undefined) return null;
    const sealer = new Sealer(await this.ownKey(), this.context.random);
    const text = sealer.open(contentPlace(tenant, day), row.content);
    const opening = { salt: text.slice(0, SALT_LENGTH), value: text.slice(SALT_LENGTH) };
    return { day, leaf: Number(row.leaf), commitment: row.commitment, opening };
  }

  async deploymentPoint(): Promise<DeploymentPoint> {
    const [row] = await query<PointRow>(
      this.manager,
      `SELECT deployment.id, deployment.epoch, h.size, h.range, h.relied_on, d.recorded FROM deployment
       LEFT JOIN log_heads h ON h.tenant = ? LEFT JOIN log_days d ON d.tenant = ? WHERE ${THE_DEPLOYMENT}`,
      [DEPLOYMENT_SLUG, this.tenant],
    );
    if (row === undefined) throw new StoreError('database_failed', 'The deployment is missing.');
    const range = { size: Number(row.size), nodes: hashList.from(row.range) };
    const root = Buffer.from(rangeRoot(this.context.hashing, range)).toString('base64');
    return {
      ...{ origin: logOrigin(row.id, DEPLOYMENT_SLUG, Number(row.epoch)), size: range.size, root },
      ...{ reliedOn: Number(row.relied_on), recorded: Number(row.recorded) },
    };
  }

  recordDeployment(size: number): Promise<boolean> {
    return updateRow(this.manager, LogDaysEntity, { tenant: this.tenant }, { recorded: size });
  }

  async sealLeaf(demand: string, seq: number, draft: SealingDraft): Promise<void> {
    requireDeclared(this.tenant, draft);
    const { tenant } = this;
    const { hashing, random } = this.context;
    const { personal = {}, openTo: _openTo, ...plain } = draft;
    const { type, at, actor, data } = plain;
    const openings: NamedOpening[] = Object.entries<string>(personal).map(([name, value]) => {
      const salt = random.bytes(KEY_BYTES);
      return {
        ...{ name, commitment: commit(hashing, name, salt, value) },
        opening: { value, salt: encodeBase64url(salt) },
      };
    });
    const commitments = Object.fromEntries(openings.map(({ name, commitment }) => [name, commitment]));
    const leaf = leafText({ v: 1, type, at, tenant, seq, actor: actor as Actor, data, commitments });
    const rows = await this.sealedLeaves();
    const content: SealedContent = { draft: { ...plain, commitments }, openings };
    const sealer = new Sealer(await this.ownKey(), random);
    await insertRow(this.manager, SealedLeafEntity, {
      ...{ tenant, seq: rows.length, demand, at },
      hash: Buffer.from(leafHashOfText(hashing, leaf)).toString('base64'),
      content: sealer.seal(leafPlace(tenant, rows.length), JSON.stringify(content)),
    });
  }

  async sealedLeaves(): Promise<SealedLeaf[]> {
    const rows = await query<Omit<SealedLeaf, 'isOpen'> & { opened: unknown }>(
      this.manager,
      `SELECT s.seq, s.demand, s.at, s.hash, o.leaf AS opened FROM sealed_leaves s
       LEFT JOIN opened_leaves o ON o.tenant = s.tenant AND o.seq = s.seq WHERE s.tenant = ? ORDER BY s.seq`,
      [this.tenant],
    );
    return rows.map(({ seq, opened, ...row }) => ({ ...row, seq: Number(seq), isOpen: opened !== null }));
  }

  async openLeaves(demand: string): Promise<OpenedLeaf[]> {
    const rows = await selectRows(
      this.manager,
      SealedLeafEntity,
      'WHERE tenant = ? AND demand = ? ORDER BY seq',
      [this.tenant, demand],
    );
    if (rows.length === 0) return [];
    const sealer = new Sealer(await this.ownKey(), this.context.random);
    return rows.map(({ seq, content }) => {
      const opened = JSON.parse(sealer.open(leafPlace(this.tenant, seq), content)) as SealedContent;
      return { seq, ...opened };
    });
  }

  async markOpened(seq: number, leaf: number): Promise<void> {
    await insertRow(this.manager, OpenedLeafEntity, { tenant: this.tenant, seq, leaf });
  }

  async sealedHead(before: string): Promise<SealedHead | null> {
    const leaves = await this.sealedLeaves();
    const size = leaves.findLastIndex(({ at }) => at < comparable(before)) + 1;
    return size === 0 ? null : { size, root: this.rootOf(leaves.slice(0, size)) };
  }

  async openedSize(): Promise<number> {
    const [row] = await this.select('tenant = ?', [this.tenant]);
    return row?.openedSize ?? 0;
  }

  async noteOpened(size: number): Promise<void> {
    await updateRow(this.manager, LogDaysEntity, { tenant: this.tenant }, { openedSize: size });
  }

  private rootOf(leaves: readonly SealedLeaf[]): string {
    const { hashing } = this.context;
    let range: CompactRange = { size: 0, nodes: [] };
    for (const { hash } of leaves) range = appendLeaf(hashing, range, Buffer.from(hash, 'base64'));
    return Buffer.from(rangeRoot(hashing, range)).toString('base64');
  }

  /** The tenant's key for closed seals. It is made for the first one. */
  private async ownKey(): Promise<Uint8Array> {
    const { tenant, manager } = this;
    const { sealer, random } = this.context;
    const [row] = await this.select('tenant = ?', [tenant]);
    if (row === undefined) throw new StoreError('database_failed', 'The daily leaves have not begun.');
    if (row.sealedKey !== null)
      return Buffer.from(sealer.open(dayKeyPlace(tenant), row.sealedKey), 'base64url');
    const key = random.bytes(KEY_BYTES);
    const text = Buffer.from(key).toString('base64url');
    const sealedKey = await sealIn(manager, sealer, dayKeyPlace(tenant), text);
    await updateRow(manager, LogDaysEntity, { tenant }, { sealedKey });
    return key;
  }
}

/** What stands sealed in a leaf's row. */
interface SealedContent {
  draft: SealedDraft;
  openings: NamedOpening[];
}

interface PointRow {
  id: string;
  epoch: string | number;
  size: string | number | null;
  range: string | null;
  relied_on: string | number | null;
  recorded: string | number | null;
}

/** The place of a tenant's key for closed seals. */
export const dayKeyPlace = (tenant: string): Place => ({
  table: 'log_days',
  row: tenant,
  purpose: 'day-key',
});

const contentPlace = (tenant: string, day: string): Place => ({
  ...{ table: 'day_seals', row: `${tenant} ${day}`, purpose: 'day-seal' },
});

const leafPlace = (tenant: string, seq: number): Place => ({
  ...{ table: 'sealed_leaves', row: `${tenant} ${seq}`, purpose: 'day-seal' },
});
