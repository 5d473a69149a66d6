/** How many days old a leaf must be at least before a value of it can be erased, and what a tenant may require at most. */
export const ERASURE_DAYS = { least: 90, most: 36_500 } as const;

/**
 * How many days a tenant may have its log keep its leaves, if it prunes them at all. At least so long that the sealed leaves,
 * which open after twelve months, are open before they go.
 */
export const RETENTION_DAYS = { least: 400, most: 36_500 } as const;

/** Leaves or hashes in a full tile of a log, 2^8 (C2SP tlog-tiles). Logs are pruned by whole tiles. */
export const TILE_WIDTH = 256;
