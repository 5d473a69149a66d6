/** An address or a network of the internet, as a number. `width` is 32 (IPv4) or 128 (IPv6) bits. */
type Bits = { value: bigint; width: 32 | 128 };

const DOTTED = /^(?:(?:25[0-5]|2[0-4]\d|1?\d?\d)(?:\.(?!$)|$)){4}$/;
const GROUP = /^[0-9a-f]{1,4}$/i;
const GROUPS = 8;

/** Undefined if the text is not an address. An IPv4 address inside IPv6 (RFC 4291 §2.5.5.2) is the IPv4 address. */
function parseAddress(text: string): Bits | undefined {
  if (DOTTED.test(text)) return { value: parseDotted(text), width: 32 };
  const mapped = /^::ffff:([\d.]+)$/i.exec(text)?.[1];
  if (mapped !== undefined && DOTTED.test(mapped)) return { value: parseDotted(mapped), width: 32 };
  const groups = parseGroups(text);
  return groups === undefined
    ? undefined
    : { value: groups.reduce((sum, group) => (sum << 16n) | BigInt(group), 0n), width: 128 };
}

const parseDotted = (text: string): bigint =>
  text.split('.').reduce((sum, part) => (sum << 8n) | BigInt(part), 0n);

/** The eight groups of an IPv6 address (RFC 4291 §2.2), with at most one `::`. */
function parseGroups(text: string): number[] | undefined {
  const halves = text.split('::');
  if (halves.length > 2) return undefined;
  const [before = [], after] = halves.map((half) => (half === '' ? [] : half.split(':')));
  const all = [...before, ...(after ?? [])];
  const missing = GROUPS - all.length;
  if (!all.every((group) => GROUP.test(group)) || (after === undefined ? missing !== 0 : missing < 1))
    return undefined;
  const between = after === undefined ? [] : Array<string>(missing).fill('0');
  return [...before, ...between, ...(after ?? [])].map((group) => Number.parseInt(group, 16));
}

/** A network in CIDR notation (RFC 4632, RFC 4291 §2.3). Undefined if the text is not a network, or if bits after the prefix are set. */
function parseNetwork(text: string): (Bits & { prefix: number }) | undefined {
  const [, address = '', digits = ''] = /^([0-9a-f.:]+)\/(\d{1,3})$/i.exec(text) ?? [];
  const bits = parseAddress(address);
  const prefix = Number(digits);
  if (bits === undefined || digits === '' || prefix < 1 || prefix > bits.width) return undefined;
  const rest = BigInt(bits.width - prefix);
  return (bits.value >> rest) << rest === bits.value ? { ...bits, prefix } : undefined;
}

/** True for a network in CIDR notation, such as `203.0.113.0/24`. Not for `/0`, which is every address. */
export const isNetwork = (text: string): boolean => parseNetwork(text) !== undefined;

/**
 * The length of the network's prefix in bits, if the network contains the address.
 *
 * @returns undefined if it does not, or if one of the two is malformed
 */
export function prefixThatContains(network: string, address: string): number | undefined {
  const [own, other] = [parseNetwork(network), parseAddress(address)];
  if (own === undefined || other === undefined || own.width !== other.width) return undefined;
  const rest = BigInt(own.width - own.prefix);
  return own.value >> rest === other.value >> rest ? own.prefix : undefined;
}
