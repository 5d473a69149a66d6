import type { AnyEventData, Opening } from '@countersign/contract';
import { VENDOR_SLUG } from '../../domain/organisation.js';
import type { Principal } from '../../domain/person.js';
import type { ReadUnit, StoredEvent, TimeSpan } from '../../ports/index.js';
import type { Deps } from '../shared/deps.js';
import { readAsPerson } from '../shared/visible-objects.js';
import { readWholeLog } from './read-log.js';

/**
 * What an export has of a personal value behind a commitment.
 *
 * - an opening: the reader may see it;
 * - `erased`: it was erased, and a leaf says by whom;
 * - `withheld`: it is kept for another side;
 * - `missing`: it is not stored, and no leaf says that it was erased;
 * - `sealed`: what a sealed leaf commits to leaves the broker by its own way alone.
 */
export type ExportedValue = Opening | 'erased' | 'withheld' | 'missing' | 'sealed';

/** One leaf as it is exported. `leaf` is the canonical JSON text that `hash` is made of (RFC 6962). */
interface ExportedLeaf extends StoredEvent {
  personal: Readonly<Record<string, ExportedValue>>;
}

export interface ExportPage {
  leaves: ExportedLeaf[];
  /** The index to continue at; null at the log's end. */
  next: number | null;
  /** The log's epoch and its number of leaves when the page was read. */
  epoch: number;
  size: number;
}

interface ExportQuery {
  /** The first index that the page looks at. */
  index: number;
  /** Only leaves of these times. They need not follow the order of the leaves. */
  span?: TimeSpan;
  /** How many leaves the page looks at, at most. */
  limit: number;
}

/**
 * A page of a whole log for its export, in the order of its leaves. A page looks at a bounded number of leaves, so one of a
 * span of times can be empty although more follow.
 *
 * @throws AccessError `forbidden` for an engineer, `not_found` for a log that is not in the caller's reach
 */
export async function exportLog(
  deps: Deps,
  principal: Principal,
  log: string,
  query: ExportQuery,
): Promise<ExportPage> {
  const page = await readWholeLog(deps, principal, log, (unit) => readPage(unit, query));
  return openPage(page, {
    isOwn: principal.person.tenant === null || principal.person.tenant === log,
    // What is kept under the log itself is open to all its readers. The rest is kept under the sides that may see it.
    more: (commitments) => readAsPerson(deps, principal.person, (unit) => unit.openings.find(commitments)),
  });
}

/**
 * A page of a log as one side may see it, for a stream that this side has set up.
 *
 * @param side a tenant's slug; null for the vendor
 */
export async function exportLogAsSide(
  deps: Pick<Deps, 'store'>,
  side: string | null,
  log: string,
  query: ExportQuery,
): Promise<ExportPage> {
  const page = await deps.store.readForTenant(log, (unit) => readPage(unit, query));
  return openPage(page, {
    isOwn: side === null || side === log,
    more: (commitments) =>
      deps.store.readForTenant(side ?? VENDOR_SLUG, (unit) => unit.openings.find(commitments)),
  });
}

type ReadPage = ExportPage & {
  commitments: Commitments[];
  opened: Map<string, Opening>;
  erased: ReadonlyMap<string, unknown>;
};

/** What a leaf commits to, by name. A sealed leaf's is not even looked up. `isVendors`: it is kept for the vendor alone. */
type Commitments = { named: Record<string, string>; isSealed: boolean; isVendors: boolean };

/** The leaves with the openings that are kept under the log itself. */
async function readPage(unit: ReadUnit, { index, span, limit }: ExportQuery): Promise<ReadPage> {
  const { epoch, size } = await unit.events.head();
  const isLimited = span?.from !== undefined || span?.to !== undefined;
  const first = isLimited ? ((await unit.events.firstWithin(span, index)) ?? size) : index;
  const end = Math.min(first + limit, size);
  const stored = first < end ? await unit.events.stored(first, end, span) : [];
  const commitments = stored.map(({ leaf }) => commitmentsOf(leaf));
  const all = commitments.flatMap(openable);
  const opened = await unit.openings.find(all);
  const erased = await unit.erasures.of(all);
  const leaves = stored.map((event) => ({ ...event, personal: {} }));
  return { leaves, next: end < size ? end : null, epoch, size, commitments, opened, erased };
}

async function openPage(
  { commitments, opened, erased, leaves, ...page }: ReadPage,
  reader: { isOwn: boolean; more: (commitments: string[]) => Promise<Map<string, Opening>> },
): Promise<ExportPage> {
  const missing = commitments.flatMap(openable).filter((text) => !opened.has(text));
  const found = missing.length === 0 ? opened : new Map([...opened, ...(await reader.more(missing))]);
  const exportedValue = (commitment: string, isVendors: boolean): ExportedValue => {
    if (erased.has(commitment)) return 'erased';
    return found.get(commitment) ?? (reader.isOwn && !isVendors ? 'missing' : 'withheld');
  };
  const exportedValues = ({ named, isSealed, isVendors }: Commitments) =>
    Object.fromEntries(
      Object.entries(named).map(
        ([name, text]) => [name, isSealed ? 'sealed' : exportedValue(text, isVendors)] as const,
      ),
    );
  return {
    ...page,
    leaves: leaves.map((leaf, at) => ({
      ...leaf,
      personal: exportedValues(commitments[at] ?? { named: {}, isSealed: false, isVendors: false }),
    })),
  };
}

function commitmentsOf(leaf: string): Commitments {
  const { type, data, commitments } = JSON.parse(leaf) as {
    type: string;
    data: AnyEventData;
    commitments: Record<string, string>;
  };
  const isVendors = type === 'lock.set' && data.side === 'vendor';
  return { named: commitments, isSealed: type === 'log.sealed', isVendors };
}

const openable = ({ named, isSealed }: Commitments): string[] => (isSealed ? [] : Object.values(named));
