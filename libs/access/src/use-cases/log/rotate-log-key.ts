import { signWith } from '@countersign/contract';
import type { MissingHandOver, Signers, StoredKey } from '../../ports/index.js';
import { insertKey, logKeyEvent, publishedKeys } from '../gateways/broker-keys.js';
import type { Deps } from '../shared/deps.js';

/**
 * Both keys sign checkpoints for so long after each log has the hand-over. Tools that do not read the log's leaves, such as
 * witnesses, get the new key meanwhile.
 */
export const LOG_KEY_OVERLAP_SECONDS = 30 * 86_400;
/** Logs of one batch, each in a unit of its own: no log waits for another one's leaf. */
const BATCH = 100;

/** A log key, and the one that takes its place but is not yet in every log. */
type Rotation = { replaced: StoredKey; next: StoredKey };

/**
 * The rotation of the log key that is under way, if any: both keys are valid, and the older has no end yet. It gets its end
 * when every log has the hand-over, so a broker that finds two such keys completes what an earlier process began.
 */
function rotationOf(keys: readonly StoredKey[], now: Date): Rotation | undefined {
  const [next, replaced] = publishedKeys(keys, now)
    .filter(({ retiresAt }) => retiresAt === null)
    .toSorted((a, b) => (a.createdAt < b.createdAt ? 1 : -1));
  return next === undefined || replaced === undefined ? undefined : { next, replaced };
}

/**
 * Makes a new log key. From then on both sign every checkpoint. The leaves that hand over follow with
 * `continueLogKeyRotation`. If a rotation is under way already, that one goes on.
 */
export async function beginLogKeyRotation(
  deps: Deps,
  signers: Signers,
): Promise<{ kid: string; replaces: string; resumed: boolean }> {
  const newKey = await signers.make('log');
  return deps.store.signingKeys.write(async (unit) => {
    const now = deps.clock.now();
    const keys = await unit.keys.list('log');
    const begun = rotationOf(keys, now);
    if (begun !== undefined) return { kid: begun.next.kid, replaces: begun.replaced.kid, resumed: true };
    const [replaced] = publishedKeys(keys, now).filter(({ retiresAt }) => retiresAt === null);
    // `ensureBrokerKeys` has made the first.
    if (replaced === undefined) throw new Error('there is no log key to replace');
    // A clock that went back must not make the new key the older one.
    const at = new Date(
      Math.max(now.getTime(), Date.parse(replaced.createdAt) + 1, Date.parse(replaced.activeFrom) + 1),
    );
    const next = await insertKey(unit, 'log', newKey, at, at.toISOString());
    await logKeyEvent(unit, 'signing-key.rotated', next, now);
    return { kid: next.kid, replaces: replaced.kid, resumed: false };
  });
}

/**
 * Hands over to the new log key in the logs that lack it: one leaf `log.key` in each, in the log's own unit of work, which
 * also notes it, so that any number of processes may do this at once. The old key signs before that unit, so a slow signer
 * keeps no log waiting. Once every log has it, the old key gets its end.
 *
 * @param overlap seconds that the old key goes on signing after that
 * @returns whether the rotation is complete, or none is under way
 */
export async function continueLogKeyRotation(
  deps: Deps,
  signers: Signers,
  { actor, overlap = LOG_KEY_OVERLAP_SECONDS }: { actor: 'host' | 'job'; overlap?: number },
): Promise<boolean> {
  const { rotation, logs } = await deps.store.signingKeys.read(async (unit) => {
    const found = rotationOf(await unit.keys.list('log'), deps.clock.now());
    return {
      rotation: found,
      logs: found === undefined ? [] : await unit.handOvers.missing(found, BATCH),
    };
  });
  if (rotation === undefined) return true;
  for (const log of logs) await handOverIn(deps, signers, log, rotation, actor);
  return logs.length === 0 && (await endRotation(deps, overlap));
}

async function handOverIn(
  deps: Deps,
  signers: Signers,
  { log, epoch, toSign }: MissingHandOver,
  { replaced, next }: Rotation,
  actor: string,
): Promise<void> {
  const signed = await signWith(signers.open(replaced), toSign);
  await deps.store.forTenant(log, async (unit) => {
    if (await unit.handOvers.has(next.kid)) return;
    // The log has another name since it was restored meanwhile. The next turn signs for that one.
    if ((await unit.log.head()).epoch !== epoch) return;
    const { index } = await unit.log.append({
      type: 'log.key',
      at: deps.clock.now().toISOString(),
      actor,
      data: { ...signed, kid: next.kid, activeFrom: next.activeFrom },
    });
    await unit.handOvers.note(next.kid, index);
  });
}

/** The old key stops after the overlap, if no log lacks the hand-over. @returns whether it has an end now */
function endRotation(deps: Deps, overlap: number): Promise<boolean> {
  return deps.store.signingKeys.write(async (unit) => {
    const now = deps.clock.now();
    const rotation = rotationOf(await unit.keys.list('log'), now);
    if (rotation === undefined) return true;
    if ((await unit.handOvers.missing(rotation, 1)).length > 0) return false;
    await unit.keys.retire(rotation.replaced.kid, new Date(now.getTime() + overlap * 1000).toISOString());
    return true;
  });
}
