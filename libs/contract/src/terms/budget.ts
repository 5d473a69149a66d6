import type { Budget } from './terms.js';

/** True where the budget allows no more than the bound does. No budget is the widest of all. */
export function budgetWithin(own: Budget | undefined, bound: Budget | undefined): boolean {
  return (['calls', 'bytes'] as const).every((member) => {
    const most = bound?.[member];
    const asked = own?.[member];
    return most === undefined || (asked !== undefined && asked <= most);
  });
}
