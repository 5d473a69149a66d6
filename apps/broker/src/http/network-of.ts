import { isIPv4, isIPv6 } from 'node:net';

const GROUPS = 8;
/**
 * The network that rate limits count an address for: the whole /56 of an IPv6 address, because one customer may have all of it
 * (RFC 6177); any other address itself. All spellings of an address (RFC 4291 §2.2) have the same network.
 */
export function networkOf(address = 'unknown'): string {
  if (!isIPv6(address)) return address;
  const [bare = ''] = address.split('%');
  const [head = '', tail] = bare.split('::');
  const before = groupsOf(head);
  const after = groupsOf(tail ?? '');
  const between = tail === undefined ? 0 : GROUPS - before.length - after.length;
  const groups = [...before, ...Array<number>(between).fill(0), ...after];
  const [first = 0, second = 0, third = 0, fourth = 0] = groups;
  const prefix = [first, second, third, fourth & 0xff00].map((group) => group.toString(16));
  return `${prefix.join(':')}::/56`;
}

/**
 * The range of addresses that one person often controls: the /48 of an IPv6 network, the /24 of an IPv4 address.
 *
 * @param network as `networkOf` returns it
 */
export function areaOf(network: string): string {
  if (network.endsWith('::/56')) return `${network.split(':').slice(0, 3).join(':')}::/48`;
  return isIPv4(network) ? `${network.slice(0, network.lastIndexOf('.'))}.0/24` : network;
}

/** Groups of 16 bits. A dotted end counts as two; it never reaches the first 56 bits. */
function groupsOf(text: string): number[] {
  const parts = text.split(':').filter((part) => part !== '');
  return parts.flatMap((part) => (part.includes('.') ? [0, 0] : [Number.parseInt(part, 16)]));
}
