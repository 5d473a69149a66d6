import { Index } from 'typeorm';

/** What lists of requests and of grants may be filtered by, alone or together. */
export const FILTER_COLUMNS = ['tenant', 'state', 'service', 'requester'] as const;

/** Every combination of filters, the empty one first. */
export function combinations(columns: readonly string[]): string[][] {
  return columns.reduce<string[][]>((all, column) => all.concat(all.map((set) => set.concat(column))), [[]]);
}

/**
 * One index for each combination of filters, ending in the order of the list: a page costs the same however
 * many rows there are and however few of them fit. Such rows come at the pace of people, so that their
 * writes can carry the indices; access records come at the pace of machines and have fewer.
 */
export function FilterIndices(table: string, order: readonly string[]): ClassDecorator {
  return (target) => {
    for (const set of combinations(FILTER_COLUMNS))
      Index(`${table}_list${set.map((column) => `_${column}`).join('')}`, [...set, ...order])(target);
  };
}
