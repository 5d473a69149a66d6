import { type QueryRunner, TableColumn, TableIndex } from 'typeorm';
import { listIndices, word, wordOrNull } from '../initial/columns.js';

const columns = (...made: ReturnType<typeof word>[]): TableColumn[] =>
  made.map((column) => new TableColumn(column));

/**
 * A grant's window may be unknown at first, so that lists are ordered by when it was made; one column says when
 * the job must look at it next. Grants that were active before end at their time, unannounced.
 */
export async function scheduleGrants(runner: QueryRunner): Promise<void> {
  const before = [...listIndices('grants', ['starts_at', 'id']).map(({ name }) => name), 'grants_due'];
  for (const name of before) await runner.dropIndex('grants', name);
  await runner.addColumns(
    'grants',
    columns(
      wordOrNull('extends'),
      wordOrNull('created_at'),
      wordOrNull('use_by'),
      wordOrNull('warned_at'),
      wordOrNull('due_at'),
    ),
  );
  await runner.query(
    `UPDATE grants SET created_at = starts_at, due_at = CASE WHEN state = 'active' THEN ends_at END`,
  );
  const changes = [word('created_at'), wordOrNull('starts_at'), wordOrNull('ends_at')];
  const table = await runner.getTable('grants');
  await runner.changeColumns(
    'grants',
    changes.map((change) => {
      const oldColumn = table?.findColumnByName(change.name);
      if (oldColumn === undefined) throw new Error(`grants has no column ${change.name}`);
      const newColumn = oldColumn.clone();
      newColumn.isNullable = change.isNullable === true;
      return { oldColumn, newColumn };
    }),
  );
  const after = [
    ...listIndices('grants', ['created_at', 'id']),
    { name: 'grants_due', columnNames: ['due_at'] },
    { name: 'grants_extends', columnNames: ['extends'] },
  ];
  await runner.createIndices(
    'grants',
    after.map((index) => new TableIndex(index)),
  );
}
