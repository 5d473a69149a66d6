import { isIPv6 } from 'node:net';

const GROUPS = 8;
/** An IPv4 address inside IPv6 (RFC 4291 §2.5.5.2), as a socket of both families sees it. */
const MAPPED = /^::ffff:(\d{1,3}(?:\.\d{1,3}){3})$/i;

/**
 * A network address as it is counted: an IPv6 customer has a whole /64 (RFC 6177), so that is one, however the
 * address is written (RFC 4291 §2.2). Anything else is itself.
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

/** 16 bits each; a dotted end is two of them, which never reach the first 64 bits. */
function groupsOf(text: string): number[] {
  const parts = text.split(':').filter((part) => part !== '');
  return parts.flatMap((part) => (part.includes('.') ? [0, 0] : [Number.parseInt(part, 16)]));
}
