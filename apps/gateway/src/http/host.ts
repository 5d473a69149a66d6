import { isIPv6 } from 'node:net';
import { AmbiguousRequest } from './ambiguous.js';
import type { HeaderList } from './header-list.js';

const LABEL = '[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?';
const HOST = new RegExp(
  `^(?<name>${LABEL}(?:\\.${LABEL})*\\.?|\\[[0-9A-Fa-f:.]{2,45}\\])(?::(?<port>[0-9]{1,5}))?$`,
);

/**
 * The host that a request names, lower-case, without port. Any well-formed one is accepted: which names lead to a
 * gateway is for its operator's DNS to say. Throws AmbiguousRequest unless there is exactly one and it is plausible.
 */
export function readHost(headers: HeaderList): string {
  const value = headers.one('host');
  const parts = HOST.exec(value ?? '')?.groups;
  const name = parts?.['name'];
  if (
    name === undefined ||
    value === undefined ||
    value.length > 261 ||
    (name.startsWith('[') && !isIPv6(name.slice(1, -1))) ||
    Number(parts?.['port'] ?? 1) > 65_535
  ) {
    throw new AmbiguousRequest('not exactly one well-formed Host');
  }
  return name.toLowerCase();
}
