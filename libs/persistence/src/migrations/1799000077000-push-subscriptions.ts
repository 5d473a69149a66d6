import { type MigrationInterface, type QueryRunner, Table } from 'typeorm';
import { key, text, word, wordOrNull } from './columns.js';

/** Browsers in which people are notified. Frozen once released. */
export class PushSubscriptions1799000077000 implements MigrationInterface {
  readonly name = 'PushSubscriptions1799000077000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.createTable(
      new Table({
        name: 'push_subscriptions',
        columns: [
          key('id'),
          word('person'),
          word('session'),
          text('endpoint'),
          word('endpoint_hash'),
          word('p256dh'),
          word('auth'),
          word('language'),
          text('device'),
          word('made_at'),
          word('expires_at'),
          wordOrNull('last_at'),
          wordOrNull('last_result'),
        ],
        uniques: [{ name: 'push_subscriptions_once', columnNames: ['endpoint_hash'] }],
        indices: [
          { name: 'push_subscriptions_of_person', columnNames: ['person', 'id'] },
          { name: 'push_subscriptions_of_session', columnNames: ['session'] },
        ],
      }),
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.dropTable('push_subscriptions');
  }
}
