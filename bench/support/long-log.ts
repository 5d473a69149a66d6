import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import {
  encodeBundle,
  encodeLeaf,
  formatCheckpoint,
  formatNote,
  type LeafV1,
  leafHash,
  rangeRoot,
  signNote,
  subtreeRoot,
  tilePath,
  verifierKey,
} from '@countersign/audit-log';
import { nodeHashing } from '@countersign/authorization';
import { commit, TILE_WIDTH } from '@countersign/contract';
import { type RecordEntry, recordHash, signRecord } from '@countersign/gateway-protocol';
import { v7 } from 'uuid';
import { logKey } from '../../test/factories/log-keys.js';
import type { gatewayIdentity, RecordedGrant } from '../../test/support/record-chain.js';

/** Writes a log as files, leaf after leaf, with one tile a level in memory. */
export class LogWriter {
  /** For each level, the hashes of the tile that is not full yet. */
  readonly #open: Uint8Array[][] = [[]];
  #bundle: Uint8Array[] = [];
  size = 0;
  bytes = 0;

  constructor(
    private readonly folder: string,
    private readonly origin: string,
  ) {}

  add(leaf: LeafV1): void {
    const bytes = encodeLeaf({ ...leaf, seq: this.size });
    this.#bundle.push(bytes);
    this.bytes += bytes.length;
    this.push(0, leafHash(nodeHashing, bytes));
    this.size += 1;
  }

  /** Writes what is not full, and signs the checkpoint. @returns the log's verifier key */
  finish(): string {
    const nodes: Uint8Array[] = [];
    for (let level = this.#open.length - 1; level >= 0; level -= 1) {
      let hashes = this.#open[level] ?? [];
      if (hashes.length > 0) this.write(level, hashes.length, Buffer.concat(hashes));
      for (let width = TILE_WIDTH / 2; width >= 1; width /= 2) {
        if (hashes.length < width) continue;
        nodes.push(subtreeRoot(nodeHashing, hashes.slice(0, width)));
        hashes = hashes.slice(width);
      }
    }
    if (this.#bundle.length > 0) this.write('entries', this.#bundle.length, encodeBundle(this.#bundle));
    const key = logKey(this.origin, 3);
    const root = rangeRoot(nodeHashing, { size: this.size, nodes });
    const text = formatCheckpoint({ origin: this.origin, size: this.size, root });
    this.save('checkpoint', formatNote({ text, signatures: [signNote(nodeHashing, text, key)] }));
    const vkey = verifierKey(nodeHashing, this.origin, key.publicKey);
    this.save('vkey', `${vkey}\n`);
    return vkey;
  }

  private push(level: number, hash: Uint8Array): void {
    const hashes = this.#open[level] ?? [];
    this.#open[level] = hashes;
    hashes.push(hash);
    if (hashes.length < TILE_WIDTH) return;
    this.write(level, TILE_WIDTH, Buffer.concat(hashes));
    if (level === 0) this.write('entries', TILE_WIDTH, encodeBundle(this.#bundle.splice(0)));
    this.#open[level] = [];
    this.push(level + 1, subtreeRoot(nodeHashing, hashes));
  }

  private write(level: number | 'entries', width: number, bytes: Uint8Array): void {
    const below = TILE_WIDTH ** ((level === 'entries' ? 0 : level) + 1);
    // `size` does not count the leaf that is being added.
    const index = Math.floor(this.size / below);
    this.save(tilePath({ level, index, width }), bytes);
  }

  private save(path: string, content: string | Uint8Array): void {
    const file = join(this.folder, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, content);
  }
}

/**
 * Calls and their outcomes under one grant, as a broker writes them: a chain of one gateway with a head now and then. All of
 * them are in the four minutes after the token was minted.
 */
export function* recordLeaves(
  count: number,
  gateway: string,
  { privateKey }: Pick<ReturnType<typeof gatewayIdentity>, 'privateKey'>,
  under: RecordedGrant,
  from: number,
): Generator<LeafV1> {
  const boot = v7();
  const id = (seq: number) => `rec_${boot.slice(0, -12)}${seq.toString(16).padStart(12, '0')}`;
  let prev: string | null = null;
  let call = '';
  for (let seq = 1; seq <= count; seq += 1) {
    const at = new Date(from + 1_000 + Math.floor((seq / count) * 240_000)).toISOString();
    const head = { v: 1 as const, gateway, boot, tenant: 'acme', seq, prev, at };
    let record: RecordEntry['record'];
    if (seq % 2_000 === 0) {
      const unsigned = { ...head, id: id(seq), kind: 'head' as const };
      record = { ...unsigned, signature: signRecord(unsigned as never, privateKey) } as never;
    } else if (call === '') {
      call = id(seq);
      record = { ...head, id: call, kind: 'allowed', ...callOf(under, seq) } as never;
    } else {
      record = { ...head, id: call, kind: 'outcome', ...OUTCOME } as never;
      call = '';
    }
    prev = recordHash(record);
    yield leafOf(record, prev);
  }
}

/** What a salt hides does not matter here. */
const SALT = new Uint8Array(32);
const OUTCOME = { status: 200, bytes: 120, bodySha256: null, durationMs: 7, outcome: 'completed' };

function callOf(under: RecordedGrant, seq: number) {
  const path = commit(nodeHashing, 'path', SALT, `/tenants/acme/invoices/${seq}`);
  return {
    ...{ ...under, service: 'billing', method: 'GET', path, mode: 'gateway', trust: null },
    ...{ route: '/tenants/{tenant}/invoices/{id}', resource: `invoices/${seq}`, action: 'read' },
  };
}

function leafOf(record: RecordEntry['record'], hash: string): LeafV1 {
  const { kind, id, gateway, boot, seq, prev, at, tenant, v: _v, ...rest } = record;
  const { path, person, ...members } = rest as { path?: string; person?: string };
  const place = { gateway, boot, gatewaySeq: seq, gatewayHash: hash, record: id };
  const type = kind === 'head' ? 'gateway.head' : `access.${kind}`;
  const data = { ...members, ...place, ...(kind === 'head' ? { prev } : {}) };
  return {
    ...{ v: 1, type, at, tenant, seq: 0, actor: gateway as `gtw_${string}` },
    data: person === undefined ? data : { ...data, requester: person },
    commitments: path === undefined ? {} : { path },
  };
}
