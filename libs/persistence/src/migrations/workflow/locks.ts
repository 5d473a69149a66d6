import { type QueryRunner, Table } from 'typeorm';
import { key, text, word, wordOrNull } from '../initial/columns.js';

/** A lock is lifted once and never set again; that it was is in the log. */
export async function makeLocks(runner: QueryRunner): Promise<void> {
  await runner.createTable(
    new Table({
      name: 'locks',
      columns: [
        key('id'),
        word('kind'),
        word('name'),
        word('tenant'),
        word('side'),
        text('reason'),
        word('person'),
        word('created_at'),
        wordOrNull('expires_at'),
        wordOrNull('lifted_at'),
      ],
      indices: [
        { name: 'locks_binding', columnNames: ['kind', 'name', 'lifted_at'] },
        { name: 'locks_list', columnNames: ['lifted_at', 'created_at', 'id'] },
        { name: 'locks_list_tenant', columnNames: ['tenant', 'lifted_at', 'created_at', 'id'] },
        { name: 'locks_due', columnNames: ['lifted_at', 'expires_at'] },
      ],
    }),
  );
}
