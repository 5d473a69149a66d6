import { type MigrationInterface, type QueryRunner, Table } from 'typeorm';
import { key, word, wordOrNull } from './columns.js';

/** Messages to several recipients, and the queues in which messages wait for an attempt. Frozen once released. */
export class DeliveryQueues1799000080000 implements MigrationInterface {
  readonly name = 'DeliveryQueues1799000080000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.createTable(QUEUES);
    for (const statement of STATEMENTS) await runner.query(statement);
  }

  /** What waits for its recipients must not be lost: restore the backup that was made before. */
  down(): Promise<void> {
    return Promise.reject(new Error('this migration cannot be reverted; restore a backup instead'));
  }
}

const QUEUES = new Table({
  name: 'delivery_queues',
  columns: [key('channel'), key('queue'), word('next_at'), wordOrNull('claimed_until')],
  indices: [{ name: 'delivery_queues_due', columnNames: ['channel', 'next_at', 'queue'] }],
});

// In plain SQL: on SQLite TypeORM would make the table again.
const STATEMENTS = [
  'DROP INDEX deliveries_due',
  'DROP INDEX deliveries_lane',
  'ALTER TABLE deliveries ADD COLUMN others text',
  'ALTER TABLE deliveries ADD COLUMN queue varchar',
  'UPDATE deliveries SET queue = recipient',
  'CREATE INDEX deliveries_queue ON deliveries (channel, queue, state, next_at, notice)',
  'CREATE INDEX deliveries_lane ON deliveries (lane, channel, state, notice)',
  `UPDATE deliveries SET next_at = '9999-12-31T23:59:59.999Z' WHERE state = 'due' AND EXISTS (
     SELECT 1 FROM deliveries e WHERE e.channel = deliveries.channel AND e.recipient = deliveries.recipient
       AND e.lane = deliveries.lane AND e.state = 'due' AND e.notice < deliveries.notice)`,
  `INSERT INTO delivery_queues (channel, queue, next_at) SELECT channel, queue, MIN(next_at) FROM deliveries
   WHERE state = 'due' GROUP BY channel, queue`,
];
