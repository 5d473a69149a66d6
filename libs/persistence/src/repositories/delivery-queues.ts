import {
  type ClaimedMessage,
  type DeliveryOutcome,
  type DeliveryQueues,
  type EndedMessage,
  type MessageDraft,
  type Notice,
} from '@countersign/access';
import { DELIVERY_CHANNELS, type DeliveryChannel } from '@countersign/contract';
import type { EntityManager } from 'typeorm';
import { HOLD_DELIVERY_ORDER } from '../engine/postgres/advisory-locks.js';
import { execute } from '../engine/unit-runner.js';
import { comparable } from '../entities/column-types.js';
import { NoticeEntity } from '../entities/delivery.entity.js';
import { DeliveryQueueEntity, NoticeDeliveryEntity, WAITS } from '../entities/notice-delivery.entity.js';
import { addressTo, arrange, recipientsOf } from './delivery-order.js';
import { columnsOf, insertRows, rowsSources } from './many-rows.js';
import { toNotice } from './outbox.js';
import { among, changeRows, query, selectRows, updateRow } from './plain-rows.js';

type Message = NoticeDeliveryEntity;

/**
 * Messages that wait for an attempt, in queues. A row of `delivery_queues` says when the first message of its queue is due, so
 * that a claim reads one row for each message that it takes.
 *
 * Two locks, both until the transaction ends:
 *
 * - the order key of a request, for a unit that changes which messages about the request are due;
 * - the row of a queue, for a unit that begins or ends an attempt.
 *
 * A unit reads again after it has locked, so that it sees what another one has added. SQLite needs no locks: it has one writer.
 */
export class MessageQueues implements DeliveryQueues {
  constructor(private readonly manager: EntityManager) {}

  async fanOut(
    addressed: readonly { notice: Notice; drafts: readonly MessageDraft[] }[],
    at: string,
  ): Promise<number> {
    const [isOne, ids] = among(
      this.manager,
      'id',
      addressed.map(({ notice }) => notice.id),
    );
    const taken = await changeRows(
      this.manager,
      NoticeEntity,
      `SET state = 'delivered', delivered_at = ? WHERE state = 'due' AND ${isOne}`,
      [at, ...ids],
    );
    const ours = new Set(taken.map(({ id }) => id));
    const fresh = addressed
      .filter(({ notice }) => ours.has(notice.id))
      .flatMap(({ notice, drafts }) => drafts.map((draft) => newRow(notice, draft)));
    await this.lockOrder(fresh);
    await this.store(fresh, await this.dueBeside(fresh), at);
    return ours.size;
  }

  async claim(
    channel: DeliveryChannel,
    limit: number,
    { now, until }: { now: string; until: string },
  ): Promise<ClaimedMessage[]> {
    const [at, end] = [comparable(now), comparable(until)];
    const due = `SELECT queue FROM delivery_queues
      WHERE channel = ? AND next_at <= ? AND (claimed_until IS NULL OR claimed_until <= ?)
      ORDER BY next_at, queue LIMIT ?`;
    // `IN` may become a join, in which PostgreSQL runs the query again for each row. `LIMIT` then lets other queues
    // through each time. An `ARRAY` is computed once.
    const isDue = this.isPostgres ? `= ANY (ARRAY(${due} FOR UPDATE SKIP LOCKED))` : `IN (${due})`;
    const queues = await changeRows(
      this.manager,
      DeliveryQueueEntity,
      `SET claimed_until = ? WHERE channel = ? AND queue ${isDue}`,
      [end, channel, channel, at, at, limit],
    );
    const found = await Promise.all(queues.map(({ queue }) => this.beginFirst(channel, queue, at, end)));
    const messages = found.flatMap((row) => row ?? []);
    // Their first message waits for another one now.
    const idle = queues.flatMap(({ queue }, index) => (found[index] === undefined ? [queue] : []));
    await this.releaseQueues(channel, idle);
    const notices = await this.notices(messages);
    const begun = messages.flatMap((row) => {
      const notice = notices.get(row.notice);
      return notice === undefined ? [] : [toClaimed(row, notice)];
    });
    return idle.length === 0
      ? begun
      : [...begun, ...(await this.claim(channel, idle.length, { now, until }))];
  }

  async settle(channel: DeliveryChannel, ended: readonly EndedMessage[], at: string): Promise<void> {
    await this.lockOrder(ended.map(({ message }) => message));
    const ends = await Promise.all(ended.map((each) => this.endAttempt(each)));
    const settled = ended.filter((_each, index) => ends[index]?.isOurs);
    const rows = ends.flatMap((end) => (end.isOurs ? end.rows : []));
    const fresh = ends.flatMap((end) => (end.isOurs ? end.fresh : []));
    await this.enqueue(rows);
    await this.store(fresh, await this.dueBeside([...settled.map(({ message }) => message), ...fresh]), at);
    await this.releaseQueues(
      channel,
      settled.map(({ message }) => queueOf(message)),
    );
  }

  async dueSince(): Promise<Partial<Record<DeliveryChannel, string>>> {
    const found = await Promise.all(
      DELIVERY_CHANNELS.map(async (channel) => {
        const rest = 'WHERE channel = ? ORDER BY next_at LIMIT 1';
        const [row] = await selectRows(this.manager, DeliveryQueueEntity, rest, [channel]);
        return row === undefined ? [] : [[channel, row.nextAt] as const];
      }),
    );
    return Object.fromEntries(found.flat());
  }

  async retry(notice: string, at: string): Promise<number> {
    const rows = await changeRows(
      this.manager,
      NoticeDeliveryEntity,
      `SET state = 'due', attempts = 0, next_at = ?, dead_at = NULL WHERE notice = ? AND state = 'dead'`,
      [comparable(at), notice],
    );
    await this.enqueue(rows);
    return rows.flatMap(recipientsOf).length;
  }

  private get isPostgres(): boolean {
    return this.manager.dataSource.options.type === 'postgres';
  }

  /** Locks the order keys of these messages until the transaction ends. Sorted, so that two units cannot wait for each other. */
  private async lockOrder(messages: readonly Pick<Message, 'orderKey'>[]): Promise<void> {
    const keys = [...new Set(messages.map(({ orderKey }) => orderKey))].sort();
    if (this.isPostgres && keys.length > 0) await execute(this.manager, HOLD_DELIVERY_ORDER, [keys]);
  }

  /** The stored messages that are due, of the same channels and about the same requests as these. */
  private async dueBeside(messages: readonly Pick<Message, 'channel' | 'orderKey'>[]): Promise<Message[]> {
    if (messages.length === 0) return [];
    // The column of `orderKey` is named `lane`.
    const [byKeys, keys] = among(this.manager, 'lane', [
      ...new Set(messages.map(({ orderKey }) => orderKey)),
    ]);
    const [byChannels, channels] = among(this.manager, 'channel', [
      ...new Set(messages.map(({ channel }) => channel)),
    ]);
    return selectRows(
      this.manager,
      NoticeDeliveryEntity,
      `WHERE ${byKeys} AND ${byChannels} AND state = 'due'`,
      [...keys, ...channels],
    );
  }

  /** Stores new messages, and releases those that need not wait any more. @param due the result of `dueBeside` */
  private async store(fresh: readonly Message[], due: readonly Message[], at: string): Promise<void> {
    const byRequest = new Map<string, Message[]>();
    for (const message of [...due, ...fresh.filter(({ state }) => state === 'due')]) {
      const key = `${message.channel} ${message.orderKey}`;
      byRequest.set(key, [...(byRequest.get(key) ?? []), message]);
    }
    const changed = [...byRequest.values()].flatMap((each) => arrange(each.sort(inOrder), comparable(at)));
    const becomes = new Map(changed.map((change) => [change.from, change.becomes]));
    const released = due.flatMap((message) => becomes.get(message) ?? []);
    const isStored = new Set(due.map(keyOf));
    const stillQueued = released.filter((message) => isStored.has(keyOf(message)));
    const added = [
      ...released.filter((message) => !isStored.has(keyOf(message))),
      ...fresh.flatMap((message) => becomes.get(message) ?? [message]),
    ];
    await Promise.all([
      ...stillQueued.map(({ notice, channel, recipient, ...change }) =>
        updateRow(this.manager, NoticeDeliveryEntity, { notice, channel, recipient }, change),
      ),
      insertRows(this.manager, NoticeDeliveryEntity, added, 'skip'),
    ]);
    await this.enqueue([...released, ...added]);
  }

  /** Makes the queue of each message due no later than the message. Adds the queue if there is none. */
  private async enqueue(messages: readonly Message[]): Promise<void> {
    const queues = new Map<string, DeliveryQueueEntity>();
    for (const { channel, queue, state, nextAt } of messages) {
      const key = `${channel} ${queue}`;
      const known = queues.get(key);
      if (state === 'due' && nextAt !== WAITS && (known === undefined || nextAt < known.nextAt))
        queues.set(key, { channel, queue, nextAt, claimedUntil: null });
    }
    const rows = [...queues.entries()].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, row]) => row);
    const columns = columnsOf(this.manager, DeliveryQueueEntity);
    const names = columns.map(({ name }) => name).join(', ');
    for (const { sql, parameters } of rowsSources(this.manager, columns, rows))
      await execute(
        this.manager,
        `INSERT INTO delivery_queues (${names}) ${sql} ON CONFLICT (channel, queue) DO UPDATE
         SET next_at = excluded.next_at WHERE excluded.next_at < delivery_queues.next_at`,
        parameters,
      );
  }

  /** Begins the attempt of a queue's first message; undefined if none is due. */
  private async beginFirst(
    channel: DeliveryChannel,
    queue: string,
    now: string,
    until: string,
  ): Promise<Message | undefined> {
    const [row] = await changeRows(
      this.manager,
      NoticeDeliveryEntity,
      `SET attempts = attempts + 1, next_at = ? WHERE channel = ? AND state = 'due' AND (notice, recipient) = (
         SELECT notice, recipient FROM deliveries
         WHERE channel = ? AND queue = ? AND state = 'due' AND next_at <= ? ORDER BY next_at, notice LIMIT 1)`,
      [until, channel, channel, queue, now],
    );
    return row;
  }

  /** Stores how an attempt ended. @returns the message's row, and `fresh` rows for recipients whose share ended in another way */
  private async endAttempt({
    message,
    parts,
    instead,
  }: EndedMessage): Promise<{ isOurs: boolean; rows: Message[]; fresh: Message[] }> {
    const { notice, channel, recipient } = message;
    const row: Message = { ...newRow(notice, message), attempts: message.attempts + 1 };
    const ended = parts.map(({ recipients, outcome }) => withOutcome(addressTo(row, recipients), outcome));
    const own = ended.findIndex((each) => each.recipient === recipient);
    const [main = row] = ended.splice(own, 1);
    const isOurs = await updateRow(
      this.manager,
      NoticeDeliveryEntity,
      // Only if no later attempt was claimed because this one took too long: the end of the later one counts.
      { notice: notice.id, channel, recipient, state: 'due', attempts: row.attempts },
      main,
    );
    const others = instead.map((draft) => newRow(notice, draft));
    return { isOurs, rows: [main], fresh: [...ended, ...others] };
  }

  /** Ends the claims of queues. A queue becomes due with its next message; one without messages is deleted. */
  private async releaseQueues(channel: DeliveryChannel, names: readonly string[]): Promise<void> {
    if (names.length === 0) return;
    const [isOne, queues] = among(this.manager, 'queue', [...new Set(names)].sort());
    const parameters = [channel, ...queues];
    const where = `channel = ? AND ${isOne}`;
    if (this.isPostgres)
      await query(
        this.manager,
        `SELECT queue FROM delivery_queues WHERE ${where} ORDER BY queue FOR UPDATE`,
        parameters,
      );
    const first = `SELECT MIN(d.next_at) FROM deliveries d
      WHERE d.channel = delivery_queues.channel AND d.queue = delivery_queues.queue AND d.state = 'due' AND d.next_at < '${WAITS}'`;
    await query(
      this.manager,
      `DELETE FROM delivery_queues WHERE ${where} AND (${first}) IS NULL`,
      parameters,
    );
    await query(
      this.manager,
      `UPDATE delivery_queues SET claimed_until = NULL, next_at = (${first}) WHERE ${where}`,
      parameters,
    );
  }

  private async notices(messages: readonly Message[]): Promise<Map<string, Notice>> {
    if (messages.length === 0) return new Map();
    const ids = [...new Set(messages.map(({ notice }) => notice))];
    const [isOne, parameters] = among(this.manager, 'id', ids);
    const rows = await selectRows(this.manager, NoticeEntity, `WHERE ${isOne}`, parameters);
    return new Map(rows.map((row) => [row.id, toNotice(row)]));
  }
}

/** The row of a new message. It waits until `arrange` has compared it with the others about the same request. */
const newRow = (
  { id, tenant }: Notice,
  { channel, recipient, others = [], orderKey }: MessageDraft,
): Message =>
  addressTo(
    {
      ...{ notice: id, tenant, channel, recipient, others: [...others], orderKey, queue: recipient },
      ...{ state: 'due', attempts: 0, nextAt: WAITS, deliveredAt: null, deadAt: null, lastError: null },
    },
    [recipient, ...others],
  );

const queueOf = ({ recipient, others, orderKey }: ClaimedMessage): string =>
  others.length === 0 ? recipient : orderKey;

const toClaimed = (
  { channel, recipient, others, orderKey, attempts, lastError }: Message,
  notice: Notice,
): ClaimedMessage => ({ notice, channel, recipient, others, orderKey, attempts: attempts - 1, lastError });

const keyOf = ({ notice, channel, recipient }: Message): string => `${notice} ${channel} ${recipient}`;

const inOrder = (a: Message, b: Message): number =>
  a.notice === b.notice ? 0 : a.notice < b.notice ? -1 : 1;

function withOutcome(row: Message, outcome: DeliveryOutcome): Message {
  switch (outcome.state) {
    case 'delivered':
      return { ...row, state: 'delivered', deliveredAt: outcome.at, lastError: null };
    case 'skipped':
      return { ...row, state: 'skipped', lastError: outcome.error };
    case 'due': {
      const attempts = outcome.uncounted === true ? row.attempts - 1 : row.attempts;
      return { ...row, attempts, nextAt: comparable(outcome.nextAt), lastError: outcome.error };
    }
    case 'dead':
      return { ...row, state: 'dead', deadAt: outcome.at, lastError: outcome.error };
  }
}
