/** How many days old a leaf must be at least before a value of it can be erased, and what a tenant may require at most. */
export const ERASURE_DAYS = { least: 90, most: 36_500 } as const;
