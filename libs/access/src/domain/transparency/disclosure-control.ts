import { type Equation, type Interval, linearBounds } from './linear-bounds.js';

/** A count with what each tenant contributed to it. A demand about two tenants counts once and is contributed to by both. */
export interface Figure {
  value: number;
  byTenant: ReadonlyMap<string, number>;
}

/** A count as it is published: exact if `lo` is `hi`; otherwise a band; `hi` null: nothing but its existence. */
export type PublishedFigure = Interval;

/** One figure is the sum of others. `atLeast`: it may be more, because some things belong to none of the parts. */
export interface Relation {
  total: string;
  parts: readonly string[];
  atLeast?: true;
}

/** A count that fewer tenants contributed to is published as a band. */
export const LEAST_CONTRIBUTORS = 5;
/**
 * The share of the largest contribution that all but the two largest must make up together: so the second largest tenant, which
 * knows its own figure, cannot work out the largest one closer than this.
 */
const LEAST_REST = 0.5;
/** A banded figure can be worked out no closer than to so many values. */
export const LEAST_UNCERTAINTY = 5;
/** Widths of bands, the finest first. After the last, nothing is published. */
const BANDS = [10, 50, 250, 1_000, 10_000] as const;

/**
 * True if the exact count says nothing about one tenant, even to another tenant that knows its own: enough tenants contributed,
 * and none dominates.
 */
export function isSafe({ byTenant }: Figure): boolean {
  const [largest = 0, second = 0, ...rest] = [...byTenant.values()]
    .filter((n) => n > 0)
    .sort((a, b) => b - a);
  const contributors = rest.length + (largest > 0 ? 1 : 0) + (second > 0 ? 1 : 0);
  return contributors >= LEAST_CONTRIBUTORS && rest.reduce((sum, n) => sum + n, 0) >= largest * LEAST_REST;
}

/** Level 0 is exact; each next one is a wider band. */
function publish(value: number, level: number): PublishedFigure {
  if (level === 0) return { lo: value, hi: value };
  const width = BANDS[level - 1];
  if (width === undefined) return { lo: 0, hi: null };
  const lo = Math.floor(value / width) * width;
  return { lo, hi: lo + width - 1 };
}

/**
 * Decides how closely each figure of a report is published. A safe figure is exact. Others are bands, zero among them: "none"
 * would say of every tenant that it had none. Then the publisher attacks its own report: it works out what follows from all
 * figures together, and as long as that shows a figure that is not safe closer than `LEAST_UNCERTAINTY`, the finest figure
 * beside it becomes coarser (complementary suppression). Last, each figure becomes as fine again as the others allow: no single
 * one could be published any closer.
 */
export function controlDisclosure(
  figures: ReadonlyMap<string, Figure>,
  relations: readonly Relation[],
): Map<string, PublishedFigure> {
  const levels = new Map([...figures].map(([id, figure]) => [id, firstLevel(figure)]));
  const unsafe = [...figures].filter(([, figure]) => !isSafe(figure)).map(([id]) => id);
  const publishedFigures = () =>
    new Map([...figures].map(([id, { value }]) => [id, publish(value, levels.get(id) ?? 0)] as const));
  for (;;) {
    const published = publishedFigures();
    const exposed = exposedFigure(figures, published, relations, unsafe);
    if (exposed === null) break;
    coarsen(levels, figures, relations, exposed);
  }
  refine(levels, figures, (id, level) => {
    const { value = 0 } = figures.get(id) ?? {};
    const finer = publishedFigures().set(id, publish(value, level));
    return exposedFigure(figures, finer, relations, unsafe) === null;
  });
  return publishedFigures();
}

/**
 * Undoes coarsening that was not needed: widening a figure may not have helped. Each figure gets the finest level that exposes no
 * other. One pass is enough, because each finer figure adds to what readers know. Totals come first. The order depends on names
 * only, so it reveals nothing about counts.
 */
function refine(
  levels: Map<string, number>,
  figures: ReadonlyMap<string, Figure>,
  isHidden: (id: string, level: number) => boolean,
): void {
  const depth = (id: string) => id.split('.').length;
  const order = [...figures.keys()].sort((a, b) => depth(a) - depth(b) || (a < b ? -1 : 1));
  for (const id of order) {
    const figure = figures.get(id);
    const now = levels.get(id) ?? 0;
    for (let level = figure === undefined ? now : firstLevel(figure); level < now; level += 1)
      if (isHidden(id, level)) {
        levels.set(id, level);
        break;
      }
  }
}

/** A figure that readers can work out too closely; null if there is none. */
function exposedFigure(
  figures: ReadonlyMap<string, Figure>,
  published: ReadonlyMap<string, PublishedFigure>,
  relations: readonly Relation[],
  unsafe: readonly string[],
): string | null {
  const bounds = derivable(published, relations, unsafe);
  return unsafe.find((id) => isTooClose(bounds.get(id), figures.get(id))) ?? null;
}

/** Also for the tenant that contributed most: what is left for all others must not be closer than that. */
const isTooClose = (interval: Interval | undefined, figure: Figure | undefined): boolean =>
  interval !== undefined &&
  interval.hi !== null &&
  interval.hi - Math.max(interval.lo, largestOf(figure)) < LEAST_UNCERTAINTY;

const largestOf = (figure: Figure | undefined): number => Math.max(0, ...(figure?.byTenant.values() ?? []));

/** Exact if the figure is safe; otherwise the finest band that leaves enough open. */
function firstLevel(figure: Figure): number {
  if (isSafe(figure)) return 0;
  let level = 1;
  while (isTooClose(publish(figure.value, level), figure)) level += 1;
  return level;
}

/** What a reader can work out of some figures from everything that is published. */
export function derivable(
  published: ReadonlyMap<string, PublishedFigure>,
  relations: readonly Relation[],
  wanted: readonly string[],
): Map<string, Interval> {
  const ids = [...published.keys()];
  const index = new Map(ids.map((id, at) => [id, at]));
  const known: Interval[] = [...published.values()];
  const equations = relations.map(({ total, parts, atLeast }): Equation => {
    const terms = [
      { index: place(index, total), factor: 1 },
      ...parts.map((part) => ({ index: place(index, part), factor: -1 })),
    ];
    if (atLeast !== true) return terms;
    known.push({ lo: 0, hi: null });
    return [...terms, { index: known.length - 1, factor: -1 }];
  });
  const bounds = linearBounds(
    known,
    equations,
    wanted.map((id) => place(index, id)),
  );
  return new Map(wanted.flatMap((id, at) => (bounds[at] === undefined ? [] : [[id, bounds[at]]])));
}

function place(index: ReadonlyMap<string, number>, id: string): number {
  const at = index.get(id);
  if (at === undefined) throw new Error(`a relation names the figure ${id}, which does not exist`);
  return at;
}

/**
 * Widens the finest figure that stands in a relation with the exposed one. If all of those are widest, the figures in a relation
 * with them follow, and so on: what exposes a figure may be further away.
 */
function coarsen(
  levels: Map<string, number>,
  figures: ReadonlyMap<string, Figure>,
  relations: readonly Relation[],
  exposed: string,
): void {
  const rank = (id: string) => (levels.get(id) ?? 0) * 1e9 + (figures.get(id)?.value ?? 0);
  const seen = new Set([exposed]);
  for (let ring: string[] = [exposed]; ring.length > 0; ) {
    const next = relations
      .map(({ total, parts }) => [total, ...parts])
      .filter((ids) => ids.some((id) => ring.includes(id)))
      .flat()
      .filter((id) => !seen.has(id));
    ring = [...new Set(next)];
    for (const id of ring) seen.add(id);
    const [finest] = ring
      .filter((id) => (levels.get(id) ?? 0) <= BANDS.length)
      .sort((a, b) => rank(a) - rank(b) || (a < b ? -1 : 1));
    if (finest !== undefined) {
      levels.set(finest, (levels.get(finest) ?? 0) + 1);
      return;
    }
  }
  // Everything beside it is unpublished, so only its own band is left.
  levels.set(exposed, BANDS.length + 1);
}
