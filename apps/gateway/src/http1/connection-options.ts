import type { Fields } from './fields.js';

const NO_OPTIONS: ReadonlySet<string> = new Set();
const KEEP_ALIVE: ReadonlySet<string> = new Set(['keep-alive']);

/**
 * The options that the `Connection` fields of a message list, in lower case (RFC 9110 §7.6.1). Each names a field that
 * belongs to this connection alone, or says what happens to it: `close`, `keep-alive`.
 */
export function connectionOptions(fields: Fields): ReadonlySet<string> {
  let found: ReadonlySet<string> = NO_OPTIONS;
  for (const [name, value] of fields) {
    if (name !== 'connection') continue;
    // Nearly every message has this one alone.
    if (value === 'keep-alive' && found === NO_OPTIONS) found = KEEP_ALIVE;
    else found = new Set([...found, ...value.split(',').map((option) => option.trim().toLowerCase())]);
  }
  return found;
}
