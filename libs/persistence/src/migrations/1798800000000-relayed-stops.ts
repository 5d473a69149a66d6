import { type MigrationInterface, type QueryRunner, Table } from 'typeorm';
import { key, text, word } from './initial/columns.js';

/** Stops that customers handed in at gateways and no broker could judge yet. */
export class RelayedStops1798800000000 implements MigrationInterface {
  readonly name = 'RelayedStops1798800000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.createTable(relayed);
  }

  /** Gateways have been told of them: restore the backup that was made before. */
  down(): Promise<void> {
    return Promise.reject(new Error('this migration cannot be reverted; restore a backup instead'));
  }
}

/** `id` is the hash of the whole signature. */
const relayed = new Table({
  name: 'relayed_stops',
  columns: [key('id'), word('tenant'), word('gateway'), text('signature'), word('at')],
  indices: [
    { name: 'relayed_stops_tenant', columnNames: ['tenant', 'at'] },
    { name: 'relayed_stops_gateway', columnNames: ['gateway'] },
  ],
});
