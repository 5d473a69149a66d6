/** Where somebody signs: at these pages (null), or at their own company's, by its origin. */
export type Place = string | null;

/** Of these origins, ours where it is one of them. */
export const placeOf = (origins: readonly string[]): Place =>
  origins.includes(location.origin) ? null : (origins[0] ?? null);
