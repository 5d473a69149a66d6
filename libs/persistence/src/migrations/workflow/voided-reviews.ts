import { type QueryRunner, Table } from 'typeorm';
import { key, word } from '../initial/columns.js';
import { appendOnly } from '../initial/guards.js';

/** Reviews are never changed; that one no longer counts is a row of its own. */
export async function makeVoidedReviews(runner: QueryRunner): Promise<void> {
  await runner.createTable(
    new Table({
      name: 'voided_reviews',
      columns: [key('review'), word('tenant'), word('at')],
      foreignKeys: [
        {
          name: 'voided_reviews_review_fk',
          columnNames: ['review'],
          referencedTableName: 'reviews',
          referencedColumnNames: ['id'],
        },
      ],
    }),
  );
  for (const statement of appendOnly(runner.dataSource.options.type, 'voided_reviews', [['review']]))
    await runner.query(statement);
}
