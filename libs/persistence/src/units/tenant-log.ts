import { setImmediate as turn } from 'node:timers/promises';
import { type EventDraft, type EventLog, isReliedOn, type LogHead, VENDOR_SLUG } from '@countersign/access';
import {
  type Actor,
  appendLeaf,
  type CompactRange,
  leafHashOfText,
  leafText,
  TILE_HEIGHT,
} from '@countersign/audit-log';
import { commit, DEPLOYMENT_SLUG, encodeBase64url } from '@countersign/contract';
import type { EntityManager } from 'typeorm';
import { EventEntity, LogHeadEntity, LogNodeEntity } from '../entities/log.entity.js';
import { StoreError } from '../errors.js';
import { logHeadOf } from '../repositories/events.js';
import { insertRows } from '../repositories/many-rows.js';
import { Openings } from '../repositories/openings.js';
import { changeRows, query, updateRow } from '../repositories/plain-rows.js';
import type { UnitContext } from './context.js';
import { requireDeclared } from './declared-event.js';
import type { PendingWrites } from './pending-writes.js';

const SALT_BYTES = 32;
/** Leaves that are sent ahead of the transaction's end: enough that a statement more costs little. */
const PART = 200;

/**
 * One tenant's log within one transaction. Opening it locks the log's head, so that the tenant's writing
 * units come one after the other; leaves are written in one go when the transaction ends (`flush`).
 */
export class OpenLog {
  #pending: EventEntity[] = [];
  /** How many of these leaves were sent ahead. */
  #sent = 0;
  #nodes: LogNodeEntity[] = [];

  private constructor(
    private readonly context: UnitContext,
    readonly tenant: string,
    private range: CompactRange,
    /** Number of leaves up to the newest one that grants depend on; null in tenants' logs. */
    private reliedOn: number | null,
    /** The uptime in which leaves were appended last, and the size before this transaction. */
    private readonly before: { uptime: string | null; size: number },
  ) {}

  static async open(manager: EntityManager, context: UnitContext, tenant: string): Promise<OpenLog> {
    let head = await lockedHead(manager, tenant);
    if (head === undefined) {
      await insertRows(
        manager,
        LogHeadEntity,
        [
          {
            ...{
              tenant,
              size: 0,
              units: 0,
              range: [],
              reliedOn: null,
              prunedBefore: null,
              prunedUntil: null,
            },
            ...{ uptime: null, uptimeFrom: null },
          },
        ],
        'skip',
      );
      head = await lockedHead(manager, tenant);
    }
    if (head === undefined) throw new StoreError('database_failed', `The log of ${tenant} cannot be opened.`);
    return new OpenLog(context, tenant, { size: head.size, nodes: head.range }, head.reliedOn, head);
  }

  /** @returns takes back every leaf that was added since */
  mark(): () => void {
    const { length } = this.#pending;
    const nodes = this.#nodes.length;
    const sent = this.#sent;
    const { range, reliedOn } = this;
    return () => {
      this.#pending.length = length;
      // What was sent since is undone with the unit, leaves of the units before it too.
      this.#sent = sent;
      this.#nodes.length = nodes;
      this.range = range;
      this.reliedOn = reliedOn;
    };
  }

  /** Waits for nothing: appends that run side by side cannot get the same index. */
  add(draft: EventDraft, personal: Record<string, string>): { index: number } {
    requireDeclared(this.tenant, draft);
    const index = this.range.size;
    const data: Readonly<Record<string, unknown>> = draft.data;
    const leaf = leafText({
      v: 1,
      type: draft.type,
      at: draft.at,
      tenant: this.tenant,
      seq: index,
      // `leafText` refuses what is no actor.
      actor: draft.actor as Actor,
      data,
      commitments: { ...draft.commitments, ...personal },
    });
    const hash = leafHashOfText(this.context.hashing, leaf);
    this.#pending.push({
      tenant: this.tenant,
      seq: index,
      type: draft.type,
      at: draft.at,
      hash: hashText(hash),
      leaf,
      request: named(data['request']),
      grant: named(data['grant']),
      requester: named(data['requester']),
    });
    this.range = appendLeaf(this.context.hashing, this.range, hash, (level, node) => {
      if (level % TILE_HEIGHT === 0) this.addNode(level, index, node);
    });
    if (this.tenant === DEPLOYMENT_SLUG && isReliedOn(draft.type)) this.reliedOn = index + 1;
    return { index };
  }

  /** Keeps the hash of a tile that the leaf at this index has filled. */
  private addNode(level: number, leaf: number, hash: Uint8Array): void {
    const index = Math.floor(leaf / 2 ** level);
    this.#nodes.push({ tenant: this.tenant, level: level / TILE_HEIGHT, index, hash: hashText(hash) });
  }

  head(manager: EntityManager): Promise<LogHead> {
    return logHeadOf(manager, this.context.hashing, this.range);
  }

  /**
   * Sends leaves before the transaction's end if there are many, so that PostgreSQL writes them while the next are hashed. On
   * SQLite nothing would run side by side.
   *
   * @returns the write, which the unit waits for; undefined if nothing was sent
   */
  sendPart(manager: EntityManager): Promise<void> | undefined {
    if (this.#pending.length - this.#sent < PART || manager.dataSource.options.type !== 'postgres')
      return undefined;
    const part = this.#pending.slice(this.#sent);
    this.#sent = this.#pending.length;
    return insertRows(manager, EventEntity, part);
  }

  /** What the head notes with the first leaves of an uptime. */
  private begun(): { uptime: string; uptimeFrom: number } | undefined {
    const { uptime } = this.context;
    if (uptime === null || uptime === this.before.uptime) return undefined;
    return { uptime, uptimeFrom: this.before.size };
  }

  /** Writes the leaves, and the new size of the log with its compact range. */
  async flush(manager: EntityManager): Promise<void> {
    if (this.#pending.length === 0) return;
    const leaves = this.#pending.slice(this.#sent);
    const nodes = this.#nodes;
    this.#pending = [];
    this.#sent = 0;
    this.#nodes = [];
    const { size, nodes: range } = this.range;
    const grown = { size, range: [...range], reliedOn: this.reliedOn, ...this.begun() };
    await Promise.all([
      insertRows(manager, EventEntity, leaves),
      insertRows(manager, LogNodeEntity, nodes),
      updateRow(manager, LogHeadEntity, { tenant: this.tenant }, grown),
    ]);
  }
}

/** A log as one unit of work writes it. */
export class TenantLog implements EventLog {
  constructor(
    private readonly manager: EntityManager,
    private readonly context: UnitContext,
    private readonly log: OpenLog,
    private readonly writes: PendingWrites,
  ) {}

  async append(draft: EventDraft): Promise<{ index: number }> {
    return this.log.add(draft, await this.commitPersonal(draft));
  }

  async appendAll(drafts: readonly EventDraft[]): Promise<void> {
    for (const draft of drafts) {
      this.log.add(draft, draft.personal === undefined ? {} : await this.commitPersonal(draft));
      const part = this.log.sendPart(this.manager);
      if (part === undefined) continue;
      await this.writes.add(part);
      // The socket takes it in the next turn of the event loop.
      await turn();
    }
  }

  /** The trigger on `events` lets only leaves go that the head says are pruned. */
  async prune(from: number, before: number): Promise<boolean> {
    const { tenant } = this.log;
    const moved = await query(
      this.manager,
      `UPDATE log_heads SET pruned_before = ?, pruned_until = (
         SELECT MAX(at) FROM (
           SELECT e.at FROM events e WHERE e.tenant = ? AND e.seq >= ? AND e.seq < ?
           UNION ALL SELECT h.pruned_until FROM log_heads h WHERE h.tenant = ?
         ) AS pruned
       ) WHERE tenant = ? AND COALESCE(pruned_before, 0) = ? RETURNING tenant`,
      [before, tenant, from, before, tenant, tenant, from],
    );
    if (moved.length === 0) return false;
    await query(this.manager, 'DELETE FROM events WHERE tenant = ? AND seq < ?', [tenant, before]);
    return true;
  }

  head(): Promise<LogHead> {
    return this.log.head(this.manager);
  }

  /** An opening is kept under each side that may see it: no other side's unit of work reads it (P9). */
  private async commitPersonal({ personal = {}, openTo }: EventDraft): Promise<Record<string, string>> {
    const commitments: Record<string, string> = {};
    const named = Object.entries(personal).map(([name, value]) => {
      const salt = this.context.random.bytes(SALT_BYTES);
      const commitment = commit(this.context.hashing, name, salt, value);
      commitments[name] = commitment;
      return { commitment, name, opening: { value, salt: encodeBase64url(salt) } };
    });
    const own = this.log.tenant === DEPLOYMENT_SLUG ? VENDOR_SLUG : this.log.tenant;
    const sidesOf = (name: string) => (isList(openTo) ? openTo : openTo?.[name]) ?? [own];
    for (const tenant of new Set(named.flatMap(({ name }) => sidesOf(name))))
      await new Openings(this.manager, { tenant }).save(
        named.filter(({ name }) => sidesOf(name).includes(tenant)),
      );
    return commitments;
  }
}

const isList = (value: EventDraft['openTo']): value is readonly string[] => Array.isArray(value);

/** Takes the head's lock for the rest of the transaction. @returns undefined if the tenant has no log yet */
const lockedHead = async (manager: EntityManager, tenant: string): Promise<LogHeadEntity | undefined> =>
  (await changeRows(manager, LogHeadEntity, 'SET units = units + 1 WHERE tenant = ?', [tenant]))[0];

const hashText = (hash: Uint8Array): string => `sha256:${Buffer.from(hash).toString('hex')}`;

const named = (id: unknown): string | null => (typeof id === 'string' ? id : null);
