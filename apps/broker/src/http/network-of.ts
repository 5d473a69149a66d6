import { isIPv6 } from 'node:net';

const GROUPS = 8;
/** An IPv4 address inside IPv6 (RFC 4291 §2.5.5.2), as a dual-stack socket reports it. */
const MAPPED = /^::ffff:(\d{1,3}(?:\.\d{1,3}){3})$/i;

/**
 * The network that rate limits count an address for: the whole /64 of an IPv6 address, because one customer has all of it
 * (RFC 6177); any other address itself. All spellings of an address (RFC 4291 §2.2) have the same network.
 */
export function networkOf(address = 'unknown'): string {
  const mapped = MAPPED.exec(address)?.[1];
  if (mapped !== undefined) return mapped;
  if (!isIPv6(address)) return address;
  const [bare = ''] = address.split('%');
  const [head = '', tail] = bare.split('::');
  const before = groupsOf(head);
  const after = groupsOf(tail ?? '');
  const between = tail === undefined ? 0 : GROUPS - before.length - after.length;
  const groups = [...before, ...Array<number>(between).fill(0), ...after];
  return `${groups
    .slice(0, 4)
    .map((group) => group.toString(16))
    .join(':')}::/64`;
}

/** Groups of 16 bits. A dotted end counts as two; it never reaches the first 64 bits. */
function groupsOf(text: string): number[] {
  const parts = text.split(':').filter((part) => part !== '');
  return parts.flatMap((part) => (part.includes('.') ? [0, 0] : [Number.parseInt(part, 16)]));
}
