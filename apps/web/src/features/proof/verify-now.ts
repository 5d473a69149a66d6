import { type Note, parseAnchorFile } from '@countersign/audit-log';
import { HttpLog } from '../../log/http-log.js';
import { type Cosignature, checkCosignature, type Fault, verifyInBrowser } from '../../log/verify-log.js';
import { type KeptPoint, keepPoint, readKept } from './verified-point.js';

/** What a run in this browser found. */
export type Outcome =
  | {
      ok: true;
      point: KeptPoint;
      /** How many leaves an earlier run had verified; 0 if this was the first. */
      since: number;
      sinceAt: string | null;
      isStored: boolean;
      prunedBefore: number;
      restored: { epoch: number; lost: number } | null;
      cosignatures: ReadonlyMap<string, Cosignature>;
    }
  | { ok: false; fault: Fault };

/**
 * Verifies a log in this browser. A run begins where the last one ended, and keeps how far it came.
 *
 * The log must be signed by one key: the one in the reader's anchor file. Without a file it is the key of the last run. In a
 * first run without a file it is the key that the broker gives.
 *
 * @param anchor the text of an anchor file, if the reader gave one
 * @param witnesses verifier keys of the witnesses
 * @throws ApiProblem if the broker cannot be reached or refuses
 */
export async function verifyNow(
  log: string,
  options: { anchor?: string | undefined; witnesses: readonly string[]; acceptRestored?: boolean },
  onProgress: (done: number, size: number) => void,
): Promise<Outcome> {
  const source = new HttpLog(log);
  const offered = (await source.text('vkey')).text.trim();
  const known = readKept(log);
  if (known === 'damaged') return failed('invalid_state', 'What this browser kept is damaged.');
  const anchor = options.anchor === undefined ? undefined : parseAnchorFile(options.anchor);
  if (options.anchor !== undefined && anchor === undefined)
    return failed('invalid_anchor', 'This is no anchor file.');
  const vkey = anchor?.vkey ?? known?.vkey ?? offered;
  const { acceptRestored } = options;
  const found = await verifyInBrowser(source, vkey, { since: known?.point, acceptRestored, onProgress });
  if (!found.ok) return vkey === offered ? found : blameKey(found, anchor === undefined, offered);
  const keyFrom = anchor === undefined ? (known?.keyFrom ?? 'broker') : 'anchor';
  const point: KeptPoint = { vkey, keyFrom, point: found.point, at: new Date().toISOString() };
  const { since, prunedBefore, restored } = found;
  return {
    ok: true,
    point,
    since,
    sinceAt: known?.at ?? null,
    isStored: keepPoint(log, point),
    prunedBefore,
    restored,
    cosignatures: await checkAll(found.note, options.witnesses),
  };
}

/** If the server gives another key than the trusted one, a checkpoint that the trusted one did not sign has that reason. */
function blameKey(
  found: { ok: false; fault: Fault },
  isRemembered: boolean,
  offered: string,
): { ok: false; fault: Fault } {
  const { code, detail } = found.fault;
  if (code !== 'checkpoint') return found;
  return failed(
    isRemembered ? 'key_changed' : 'anchor_differs',
    `${detail} The server gives the key ${offered}.`,
  );
}

async function checkAll(note: Note, vkeys: readonly string[]): Promise<ReadonlyMap<string, Cosignature>> {
  const checked = await Promise.all(
    vkeys.map(async (vkey) => [vkey, await checkCosignature(note, vkey)] as const),
  );
  return new Map(checked);
}

const failed = (code: Fault['code'], detail: string): { ok: false; fault: Fault } => ({
  ok: false,
  fault: { code, detail, index: null },
});
