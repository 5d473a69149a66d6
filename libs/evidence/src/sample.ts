import { type Hashing, utf8 } from '@countersign/contract';
import { isInPeriod, type PackContext } from './pack-context.js';
import { datum, type PackLeaf } from './pack-leaf.js';
import { type Part, readableJson } from './tables/part.js';

/** How many items of each population are sampled. A smaller population is sampled whole. */
export const SAMPLE_SIZE = 25;
/** Leaves of one item that are in the sample; the rest are counted. Calls are in a table of their own. */
const MAX_LEAVES = 40;
const MAX_CALL_LEAVES = 10;

export const SAMPLE_METHOD = `Bottom-k by hash. Each item has the rank SHA-256("countersign/evidence-sample/v1" LF seed LF kind LF id), in hex. The ${SAMPLE_SIZE} items with the lowest ranks are the sample; all, if there are fewer. So anyone who knows the seed and the population can draw it again.`;

/** The seed if the auditor gives none: the root of the log, which no one can know before its last leaf is written. */
export const defaultSeed = (root: string): string => root;

const rankOf = (hashing: Hashing, seed: string, kind: string, id: string): string =>
  hex(hashing.sha256(utf8(['countersign/evidence-sample/v1', seed, kind, id].join('\n'))));

const hex = (bytes: Uint8Array): string =>
  [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('');

interface Sampled {
  id: string;
  rank: string;
  leaves: PackLeaf[];
  more: number;
}

/**
 * Keeps the items with the lowest ranks so far, with their leaves. The first leaf of an item gives its rank, and an item that was
 * dropped never returns. So one pass is enough, and memory is bounded.
 */
class BottomRanks {
  #items = new Map<string, Sampled>();
  /** Items of the population. */
  population = 0;

  constructor(private readonly rank: (id: string) => string) {}

  /** A new item of the population. */
  offer(id: string): void {
    this.population += 1;
    this.#items.set(id, { id, rank: this.rank(id), leaves: [], more: 0 });
    if (this.#items.size <= SAMPLE_SIZE) return;
    const last = this.sorted().at(-1);
    if (last !== undefined) this.#items.delete(last.id);
  }

  note(id: string, leaf: PackLeaf): void {
    const item = this.#items.get(id);
    if (item === undefined) return;
    const isCall = leaf.leaf.type.startsWith('access.');
    const count = item.leaves.filter(({ leaf: { type } }) => type.startsWith('access.') === isCall).length;
    if (count < (isCall ? MAX_CALL_LEAVES : MAX_LEAVES)) item.leaves.push(leaf);
    else item.more += 1;
  }

  sorted(): Sampled[] {
    return [...this.#items.values()].sort((a, b) => (a.rank < b.rank ? -1 : 1));
  }
}

/** The sample of the requests and of the calls that were allowed in the period, with every leaf about each. */
export class SamplePart implements Part {
  readonly files = ['sample/method.json', 'sample/requests.json', 'sample/calls.json'] as const;
  readonly #requests: BottomRanks;
  readonly #calls: BottomRanks;

  constructor(
    hashing: Hashing,
    private readonly context: PackContext,
  ) {
    const ranks = (kind: string) => new BottomRanks((id) => rankOf(hashing, context.seed, kind, id));
    [this.#requests, this.#calls] = [ranks('request'), ranks('call')];
  }

  begin() {
    return ['', '', ''];
  }

  take(leaf: PackLeaf) {
    const { type } = leaf.leaf;
    const [request, record] = [datum(leaf, 'request'), datum(leaf, 'record')];
    if (isInPeriod(this.context, leaf)) {
      if (type === 'request.created') this.#requests.offer(String(request));
      if (type === 'access.allowed') this.#calls.offer(String(record));
    }
    if (request !== null) this.#requests.note(String(request), leaf);
    if (record !== null) this.#calls.note(String(record), leaf);
    return NOTHING;
  }

  end() {
    const { seed } = this.context;
    const [requests, calls] = [this.#requests, this.#calls];
    const sizes = (of: BottomRanks) => ({ population: of.population, sampled: of.sorted().length });
    return [
      readableJson({ method: SAMPLE_METHOD, seed, requests: sizes(requests), calls: sizes(calls) }),
      readableJson(requests.sorted().map(sampledAnswer)),
      readableJson(calls.sorted().map(sampledAnswer)),
    ];
  }

  /** The leaves that the sample shows, each once and in the order of the log. The pack has a proof of each. */
  leaves(): PackLeaf[] {
    const all = [...this.#requests.sorted(), ...this.#calls.sorted()].flatMap(({ leaves }) => leaves);
    return [...new Map(all.map((leaf) => [leaf.index, leaf])).values()].sort((a, b) => a.index - b.index);
  }

  /** How many items of each population are in the sample. */
  get sizes() {
    return { requests: this.#requests.sorted().length, calls: this.#calls.sorted().length };
  }
}

const NOTHING: readonly string[] = ['', '', ''];

const sampledAnswer = ({ id, rank, leaves, more }: Sampled) => ({
  ...{ id, rank, more },
  leaves: leaves.map(({ index, leaf, values }) => ({ index, proof: proofFile(index), leaf, values })),
});

/** Name of the file with the C2SP tlog-proof of a sampled leaf. */
export const proofFile = (index: number): string => `sample/proofs/${index}.tlog-proof`;
