/**
 * A request that two HTTP readers could understand differently. `message` says which rule; it never repeats the
 * request, which may carry anything.
 */
export class AmbiguousRequest extends Error {
  override readonly name = 'AmbiguousRequest';
  readonly code = 'ambiguous_request';
}

/** Throws AmbiguousRequest unless the rule holds. */
export function demand(holds: boolean, rule: string): asserts holds {
  if (!holds) throw new AmbiguousRequest(rule);
}
