import { type QueryRunner, TableIndex } from 'typeorm';

/** A review may carry the terms that it offers instead. Added in place: the table's triggers stay as they are. */
export async function storeOffers(runner: QueryRunner): Promise<void> {
  await runner.query('ALTER TABLE reviews ADD COLUMN offered varchar');
  await runner.query('ALTER TABLE reviews ADD COLUMN offered_terms text');
  await runner.createIndex(
    'reviews',
    new TableIndex({ name: 'reviews_one_offer_per_digest', columnNames: ['offered'], isUnique: true }),
  );
}
