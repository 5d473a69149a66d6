/**
 * A second process on the same database: `writer.ts URL TENANT COUNT [die]` runs so many units of work and
 * says each one's number when it is committed. With `die` it kills itself inside the last one, after all others.
 */
import { openStore } from '@countersign/persistence';
import { optionsFor } from '../../support/migrated-database.js';
import { oneUnit } from './one-unit.js';

const [, , url = '', tenant = '', count, die] = process.argv;
const store = await openStore(optionsFor(url));
const whole = die === 'die' ? Number(count) - 1 : Number(count);
await Promise.all(
  Array.from({ length: whole }, (_, index) => oneUnit(store, tenant).then(() => process.send?.(index))),
);
if (die === 'die') await oneUnit(store, tenant, () => process.kill(process.pid, 'SIGKILL'));
await store.close();
process.disconnect();
