/**
 * A broker's work on the logs in a process of its own: `log-writer.ts URL NAME` appends units of one to three leaves to the
 * logs of two tenants, and signs their checkpoints, until it is killed. It reports each unit once it is committed, and each
 * checkpoint once it is kept.
 */
import {
  openStore,
  systemHashing,
  systemRandomness,
  systemSigners,
  uuidV7Ids,
} from '@countersign/persistence';
import { pino } from 'pino';
import { Checkpoints } from '../../../apps/broker/src/logs/checkpoints.js';
import { createSigningPorts } from '../../../apps/broker/src/trust/signing.js';
import { filler } from '../../factories/filler.js';
import { optionsFor } from '../../support/migrated-database.js';
import type { WriterReport } from './log-kills.js';

const TENANTS = ['acme', 'globex'] as const;
const MOST_LEAVES = 3;
const UNITS_AT_ONCE = 2;

const [, , url = '', name = ''] = process.argv;
const store = await openStore(optionsFor(url));
const clock = { now: () => new Date() };
const deps = {
  ...{ store, clock, ids: uuidV7Ids, random: systemRandomness, hashing: systemHashing },
  signers: systemSigners,
  ...createSigningPorts({ publicUrl: 'http://localhost:4000' }),
};
const checkpoints = new Checkpoints(deps, pino({ level: 'silent' }));
const report = (what: WriterReport) => process.send?.(what);

async function append(unit: number): Promise<void> {
  const tenant = TENANTS[unit % TENANTS.length] ?? 'acme';
  const leaves = 1 + (unit % MOST_LEAVES);
  const first = await store.forTenant(tenant, async ({ log }) => {
    const { index } = await log.append(leafOf(unit, 0));
    for (let part = 1; part < leaves; part += 1) await log.append(leafOf(unit, part));
    return index;
  });
  report({ tenant, unit, writer: name, leaves, first });
}

const leafOf = (unit: number, part: number) => filler(clock.now().toISOString(), `${name} ${unit}/${part}`);

async function write(lane: number): Promise<never> {
  for (let unit = lane; ; unit += UNITS_AT_ONCE) await append(unit);
}

async function sign(): Promise<never> {
  for (;;)
    for (const tenant of TENANTS) {
      const { size, root, note } = await checkpoints.signIfGrown(tenant);
      report({ tenant, size, root, note });
    }
}

await Promise.all([...Array.from({ length: UNITS_AT_ONCE }, (_, lane) => write(lane)), sign()]);
