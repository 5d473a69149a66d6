/** For each request: how many leaves of each type name it. */
export type LeafCounts = Map<string, Record<string, number>>;

export function leafCounts(leaves: Iterable<{ type: string; data: Record<string, unknown> }>): LeafCounts {
  const counts: LeafCounts = new Map();
  for (const { type, data } of leaves) {
    const request = data['request'];
    if (typeof request !== 'string') continue;
    const own = counts.get(request) ?? {};
    own[type] = (own[type] ?? 0) + 1;
    counts.set(request, own);
  }
  return counts;
}
