/**
 * A second process on the same database: `writer.ts URL TENANT COUNT [die]` runs so many units of work and
 * says each one's number when it is committed. With `die` it kills itself inside the last one.
 */
import { openStore } from '@countersign/persistence';
import { optionsFor } from '../../support/migrated-database.js';
import { oneUnit } from './one-unit.js';

const [, , url = '', tenant = '', count, die] = process.argv;
const store = await openStore(optionsFor(url));
const last = Number(count) - 1;
const kill = () => process.kill(process.pid, 'SIGKILL');
await Promise.all(
  Array.from({ length: Number(count) }, (_, index) =>
    oneUnit(store, tenant, die === 'die' && index === last ? kill : undefined).then(() =>
      process.send?.(index),
    ),
  ),
);
await store.close();
process.disconnect();
