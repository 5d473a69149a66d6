import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Store } from '@countersign/access';
import {
  appendLeaf,
  type CompactRange,
  cosign,
  EMPTY_RANGE,
  encodeBundle,
  encodeLeaf,
  formatCheckpoint,
  formatNote,
  type LeafV1,
  type LogSource,
  leafHash,
  logOrigin,
  parseVerifierKey,
  rangeRoot,
  signNote,
  tilePath,
  tileRoot,
  tilesOf,
  type VerifierKey,
  verifierKey,
} from '@countersign/audit-log';
import { nodeCountersignPorts, nodeEd25519, nodeHashing } from '@countersign/authorization';
import type { Opening } from '@countersign/contract';
import { type RecordEntry, recordHash } from '@countersign/gateway-protocol';
import { type ReplayOptions, type ReplayReport, replayTenantLog } from '@countersign/log-verifier';
import { logKey } from '../factories/log-keys.js';
import { completeData } from './complete-data.js';

/** The ports of the verifier over Node. */
export const VERIFIER_PORTS = {
  hashing: nodeHashing,
  check: nodeEd25519,
  signed: <T>(compute: (ports: typeof nodeCountersignPorts) => T): T => compute(nodeCountersignPorts),
};

type Openings = Record<string, Opening>;

/** A broker, or a store alone: what copies are taken from. */
type WithStore = { host: { store: Pick<Store, 'deployment' | 'readForTenant'> } };

/**
 * A log as an attacker has it who holds its database and its key: leaves and openings may be changed at will, and everything
 * is hashed and signed again. What can still be found is found by what the leaves say.
 */
export class LogCopy {
  private readonly key;
  /** Witnesses that sign every checkpoint. */
  witnesses: ReturnType<typeof logKey>[] = [];

  constructor(
    readonly origin: string,
    readonly leaves: LeafV1[],
    readonly openings: Openings[],
  ) {
    this.key = logKey(origin, 11);
  }

  /** The log of a running broker, with the openings that the tenant may see. */
  static async of(broker: WithStore, log: string, tenant = 'acme'): Promise<LogCopy> {
    const { store } = broker.host;
    const texts = await store.readForTenant(log, (unit) => unit.events.leaves(0, 1_000_000));
    const leaves = texts.map((text) => JSON.parse(text) as LeafV1);
    const openings: Openings[] = [];
    for (const { commitments } of leaves) {
      const found = new Map<string, Opening>();
      for (const side of new Set([log, tenant]))
        for (const [name, opening] of await store.readForTenant(side, (unit) =>
          unit.openings.find(Object.values(commitments)),
        ))
          found.set(name, opening);
      openings.push(
        Object.fromEntries(
          Object.entries(commitments).flatMap(([name, commitment]) => {
            const opening = found.get(commitment);
            return opening === undefined ? [] : [[name, opening]];
          }),
        ),
      );
    }
    return new LogCopy(logOrigin(store.deployment, log, 1), leaves, openings);
  }

  copy(origin = this.origin): LogCopy {
    return new LogCopy(origin, structuredClone(this.leaves), structuredClone(this.openings));
  }

  get vkey(): VerifierKey {
    return parseVerifierKey(nodeHashing, verifierKey(nodeHashing, this.origin, this.key.publicKey));
  }

  /** The place of the nth leaf of a type. */
  indexOf(type: string, nth = 0): number {
    const found = this.leaves.flatMap((leaf, index) => (leaf.type === type ? [index] : []));
    const index = found.at(nth);
    if (index === undefined) throw new Error(`the log has no leaf ${type} ${nth}`);
    return index;
  }

  /** Changes the data of the nth leaf of a type. @returns its place */
  change(type: string, change: Record<string, unknown>, nth = 0): number {
    const index = this.indexOf(type, nth);
    const leaf = this.leaves[index] as LeafV1;
    this.leaves[index] = { ...leaf, data: { ...leaf.data, ...change } };
    return index;
  }

  /** Replaces members of a leaf. */
  edit(index: number, change: Partial<LeafV1>): void {
    this.leaves[index] = { ...(this.leaves[index] as LeafV1), ...change };
  }

  drop(index: number, count = 1): void {
    this.leaves.splice(index, count);
    this.openings.splice(index, count);
  }

  insert(index: number, leaf: Omit<LeafV1, 'v' | 'tenant' | 'seq' | 'commitments'> & Partial<LeafV1>): void {
    const tenant = this.origin.split('/')[2] ?? '';
    const data = completeData(leaf.type, leaf.data);
    this.leaves.splice(index, 0, { v: 1, tenant, seq: 0, commitments: {}, ...leaf, data });
    this.openings.splice(index, 0, {});
  }

  /** Appends the leaf of a record, as a broker that asks no questions would. @returns its place */
  appendRecord({ record, openings }: RecordEntry): number {
    const { kind, id, gateway, boot, seq, prev, at, tenant: _tenant, v: _v, ...rest } = record;
    const { path, person, ...members } = rest as { path?: string; person?: string };
    const place = { gateway, boot, gatewaySeq: seq, gatewayHash: recordHash(record), record: id };
    const data = { ...members, ...place, ...(kind === 'head' && { prev }) };
    const index = this.append({
      ...{ type: kind === 'head' ? 'gateway.head' : `access.${kind}`, at, actor: gateway as `gtw_${string}` },
      data: person === undefined ? data : { trust: null, ...data, requester: person },
      commitments: path === undefined ? {} : { path },
    });
    this.openings[index] = { ...openings };
    return index;
  }

  append(leaf: Parameters<LogCopy['insert']>[1]): number {
    this.insert(this.leaves.length, leaf);
    return this.leaves.length - 1;
  }

  /** The first day that no leaf seals: another one than that of the first leaf, if the log was copied after a midnight. */
  get dayToSeal(): string {
    const sealed = this.leaves.findLast(({ type }) => type === 'log.sealed');
    if (sealed === undefined) return (this.leaves[0]?.at ?? '').slice(0, 10);
    return new Date(Date.parse(String(sealed.data['day'])) + 86_400_000).toISOString().slice(0, 10);
  }

  /** The log as a server gives it, numbered, hashed and signed again. @param size fewer leaves than there are */
  source(size = this.leaves.length): LogSource & { files: Map<string, Uint8Array> } {
    const files = new Map<string, Uint8Array>();
    const bytes = this.leaves.slice(0, size).map((leaf, seq) => encodeLeaf({ ...leaf, seq }));
    const levels: Uint8Array[][] = [bytes.map((each) => leafHash(nodeHashing, each))];
    for (let level = 0; (levels[level]?.length ?? 0) >= 256; level += 1) {
      const below = levels[level] ?? [];
      levels[level + 1] = Array.from({ length: Math.floor(below.length / 256) }, (_, at) =>
        tileRoot(nodeHashing, Buffer.concat(below.slice(at * 256, at * 256 + 256))),
      );
    }
    for (const tile of tilesOf(size)) {
      const [from, to] = [tile.index * 256, tile.index * 256 + tile.width];
      files.set(
        tilePath(tile),
        tile.level === 'entries'
          ? encodeBundle(bytes.slice(from, to))
          : Buffer.concat((levels[tile.level] ?? []).slice(from, to)),
      );
    }
    const range = (levels[0] ?? []).reduce<CompactRange>(
      (known, hash) => appendLeaf(nodeHashing, known, hash),
      EMPTY_RANGE,
    );
    const text = formatCheckpoint({ origin: this.origin, size, root: rangeRoot(nodeHashing, range) });
    const signatures = [
      signNote(nodeHashing, text, this.key),
      ...this.witnesses.map((witness) => cosign(nodeHashing, text, 1_800_000_000, witness)),
    ];
    files.set('checkpoint', Buffer.from(formatNote({ text, signatures })));
    for (const [index, openings] of this.openings.slice(0, size).entries())
      files.set(`openings/${index}`, Buffer.from(JSON.stringify({ index, openings })));
    return { files, read: (path) => Promise.resolve(files.get(path)) };
  }
}

export const vkeyText = ({ vkey }: LogCopy): string => verifierKey(nodeHashing, vkey.name, vkey.publicKey);

/** Writes a log as a mirror has it. */
export async function writeMirror(folder: string, log: LogCopy): Promise<void> {
  const files = [...log.source().files, ['vkey', Buffer.from(vkeyText(log))] as const];
  for (const [path, bytes] of files) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), bytes);
  }
}

/** A log after a restore that says that it lost nothing; `change` replaces what its leaf says. */
export function restoredCopy(log: LogCopy, at: string, change: Record<string, unknown> = {}): LogCopy {
  const copy = log.copy(`${log.origin}/2`);
  const size = copy.leaves.length;
  const previous = { origin: log.origin, size, root: Buffer.alloc(32).toString('base64') };
  copy.append({
    ...{ type: 'log.restored', at, actor: 'host' },
    data: { epoch: 2, previous, kept: size, lost: 0, ...change },
  });
  return copy;
}

/** A tenant's log and the deployment's, as they were copied. */
export type Copies = { tenant: LogCopy; deployment: LogCopy };

export const copiesOf = async (broker: WithStore, tenant = 'acme'): Promise<Copies> => ({
  tenant: await LogCopy.of(broker, tenant),
  deployment: await LogCopy.of(broker, 'deployment', tenant),
});

/** Verifies copies after an attack on them. */
export function verifyCopies(
  { tenant, deployment }: Copies,
  options: Partial<ReplayOptions> = {},
): Promise<ReplayReport> {
  return replayTenantLog(VERIFIER_PORTS, {
    log: { source: tenant.source(), key: tenant.vkey },
    deployment: { source: deployment.source(), key: deployment.vkey },
    // Leaves that tests add may be of the future.
    now: () => Number.POSITIVE_INFINITY,
    ...options,
  });
}

/** Code and leaf of the first fault; `unknown_event` if there is none, and some leaf is unknown; `none` if the copies verify. */
export async function faultOf(copies: Copies, options: Partial<ReplayOptions> = {}): Promise<string> {
  try {
    const { unknown } = await verifyCopies(copies, options);
    return unknown === null ? 'none' : `unknown_event ${JSON.stringify(unknown.types)}`;
  } catch (error) {
    const { code, index } = error as { code?: string; index?: number };
    if (code === undefined) throw error;
    return index === undefined ? code : `${code} ${index}`;
  }
}
