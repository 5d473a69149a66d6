import { WITNESS_GRACE_SECONDS } from '@countersign/contract';
import type { ReadUnit, WitnessState } from '../../ports/index.js';
import { unwitnessedNotice } from '../notices/notices.js';
import type { Deps } from '../shared/deps.js';

/** Leaves of a log that a majority of its witnesses has not cosigned in time: since when, and the keys of those that are missing. */
type MissingWitnesses = { since: string; vkeys: string[] };

/** A record has the time of its call, and may come later. So the newest of so many leaves says when the last one was written. */
const WRITTEN_AMONG = 1_000;

/**
 * Which witnesses of a tenant's trust document are missing, for longer than its grace period; null if a majority of those that the
 * broker asks has cosigned whatever is older. `log verify` comes to the same from the log alone.
 */
export async function missingWitnesses(deps: Deps, log: string): Promise<MissingWitnesses | null> {
  const states = await deps.store.checkpoints.read(({ checkpoints }) => checkpoints.witnessStates(log));
  return deps.store.readForTenant(log, async (unit) => {
    const current = await unit.trust.current(log);
    const { witnesses = [], witnessGraceSeconds = WITNESS_GRACE_SECONDS } = current?.document ?? {};
    const witnessNames = witnesses
      .filter((entry) => entry.includes(' '))
      .map((entry) => entry.split(' ')[0] ?? '');
    if (current === null || witnessNames.length === 0) return null;
    const head = await unit.events.head();
    const sizes = witnessNames.map((vkey) => sizeOf(states.get(vkey), head.epoch));
    const covered = sizes.toSorted((a, b) => b - a)[Math.floor(witnessNames.length / 2)] ?? 0;
    if (covered >= head.size) return null;
    const since = Math.max(await writtenAt(unit, covered, head.epoch), Date.parse(current.adoptedAt));
    if (deps.clock.now().getTime() - since <= witnessGraceSeconds * 1_000) return null;
    const vkeys = witnessNames.filter((_, at) => (sizes[at] ?? 0) <= covered);
    return { since: new Date(since).toISOString(), vkeys };
  });
}

const sizeOf = (state: WitnessState | undefined, epoch: number): number =>
  state?.epoch === epoch ? (state.size ?? 0) : 0;

/** When this leaf was written, in milliseconds. Leaves from before a restore were cosigned under the name of another epoch. */
async function writtenAt({ events }: ReadUnit, index: number, epoch: number): Promise<number> {
  if (index === 0 && epoch > 1) {
    const [restored] = await events.timed({ types: ['log.restored'], newestFirst: true, limit: 1 });
    if (restored !== undefined) return Date.parse(restored.at);
  }
  return Date.parse((await events.newestOf(Math.max(0, index - WRITTEN_AMONG), index + 1)) ?? '');
}

/**
 * Notifies people that witnesses are missing: once for each of them, until it signs again.
 *
 * @returns whether there was something to say
 */
export async function noticeMissingWitnesses(deps: Deps, log: string): Promise<boolean> {
  const missing = await missingWitnesses(deps, log);
  if (missing === null) return false;
  const alarmedAt = deps.clock.now().toISOString();
  return deps.store.logAlarms.write(async ({ checkpoints, outboxOf }) => {
    const states = await checkpoints.witnessStates(log);
    if (missing.vkeys.every((vkey) => (states.get(vkey)?.alarmedAt ?? null) !== null)) return false;
    for (const vkey of missing.vkeys) {
      // One whose key is none is never asked, so it has no state of its own.
      const state = states.get(vkey) ?? {
        ...{ epoch: 1, size: null, signedAt: null, note: null, error: 'invalid_key' },
      };
      await checkpoints.keepWitnessState(log, vkey, { ...state, alarmedAt });
    }
    await outboxOf(log).add(unwitnessedNotice(log, alarmedAt));
    return true;
  });
}
