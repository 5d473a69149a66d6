/** @soak */

import {
  ACCESS_REVIEW_TRANSITIONS,
  DEMAND_TRANSITIONS,
  DISCLOSURE_TRANSITIONS,
  GRANT_TRANSITIONS,
  INVITATION_TRANSITIONS,
  NOTICE_ADDRESS_TRANSITIONS,
  PRACTICE_TRANSITIONS,
  PROPOSAL_TRANSITIONS,
  REQUEST_TRANSITIONS,
  RESET_TRANSITIONS,
  WIDENING_TRANSITIONS,
} from '@countersign/access';
import { migrate, pendingMigrations, schemaDrift } from '@countersign/persistence';
import { optionsFor } from '../support/migrated-database.js';
import { describeStore } from './support/describe-store.js';

describeStore('the schema that the migrations make from empty', (bench) => {
  test('is what the entities say: nothing is left to synchronise', async () => {
    expect(await schemaDrift(bench.database.url)).toEqual([]);
  });

  bench.describeOn('SQLite', () => {
    test('a drift would be seen', async () => {
      await bench.database.raw('ALTER TABLE requests ADD COLUMN forgotten integer');
      expect(await schemaDrift(bench.database.url)).not.toEqual([]);
    });
  });

  test('has the transitions of the domain’s tables and no others', async () => {
    const rows = await bench.database.raw('SELECT kind, from_state, to_state FROM legal_transitions');
    const transitions = (rows as Record<'kind' | 'from_state' | 'to_state', string>[]).map(
      (row) => `${row.kind}: ${row.from_state} → ${row.to_state}`,
    );
    const said = Object.entries({
      request: REQUEST_TRANSITIONS,
      grant: GRANT_TRANSITIONS,
      invitation: INVITATION_TRANSITIONS,
      proposal: PROPOSAL_TRANSITIONS,
      reset: RESET_TRANSITIONS,
      disclosure: DISCLOSURE_TRANSITIONS,
      practice: PRACTICE_TRANSITIONS,
      'notice-address': NOTICE_ADDRESS_TRANSITIONS,
      'access-review': ACCESS_REVIEW_TRANSITIONS,
      demand: DEMAND_TRANSITIONS,
      widening: WIDENING_TRANSITIONS,
    }).flatMap(([kind, table]) =>
      Object.entries<readonly string[]>(table).flatMap(([from, followers]) =>
        followers.map((to) => `${kind}: ${from} → ${to}`),
      ),
    );
    expect(transitions.sort()).toEqual(said.sort());
  });

  test('is made once, and a second migration changes nothing', async () => {
    expect(await pendingMigrations(bench.database.url)).toEqual([]);
    expect(await migrate(optionsFor(bench.database.url))).toEqual({ applied: [] });
  });

  test('a database of a newer version is left alone', async () => {
    await bench.database.raw("INSERT INTO migrations (timestamp, name) VALUES (1, 'Later9')");
    const tooNew = expect.objectContaining({ code: 'schema_too_new' });
    await expect(migrate(optionsFor(bench.database.url))).rejects.toThrow(tooNew);
    await expect(bench.database.open()).rejects.toThrow(tooNew);
  });
});
