import type { IncomingMessage } from 'node:http';
import { BlockList, isIP, isIPv6 } from 'node:net';

/** An IPv4 address inside IPv6 (RFC 4291 §2.5.5.2), as a dual-stack socket reports it. */
const MAPPED = /^::ffff:(\d{1,3}(?:\.\d{1,3}){3})$/i;
const MAX_SIGHTINGS = 20;
const SIGHTING_MS = 3_600_000;
/** In characters. Anyone may send a header, before it is known who they are; no honest chain of proxies needs more. */
const MAX_FORWARDED = 1_024;
/** How many hops are followed from the right. */
const MAX_HOPS = 32;

type Received = Pick<IncomingMessage, 'headers' | 'socket'>;

/**
 * Finds out which client sent a request. The peer of the connection is believed about earlier hops only if it is a trusted
 * proxy, and so is each hop in turn from the right: the client is the right-most address that is no trusted proxy. What
 * stands to the left of it, the client may have written itself.
 */
export class ClientAddresses {
  private readonly trusted = new BlockList();
  /** Peers that sent a proxy's header and are not trusted: when they were last seen. */
  private readonly unlisted = new Map<string, number>();

  /** @param proxies networks in CIDR notation, checked before */
  constructor(
    proxies: readonly string[],
    private readonly now: () => number = Date.now,
  ) {
    for (const network of proxies) {
      const [address = '', bits] = network.split('/');
      this.trusted.addSubnet(address, Number(bits), isIPv6(address) ? 'ipv6' : 'ipv4');
    }
  }

  /**
   * The address of the client; `unknown` if the connection is gone. If the headers contradict each other, cannot be read or
   * have too many hops, it is the address of the last proxy that is believed.
   */
  of({ headers, socket }: Received): string {
    const peer = plain(socket.remoteAddress ?? 'unknown');
    const { forwarded, 'x-forwarded-for': xForwardedFor } = headers;
    if (forwarded === undefined && xForwardedFor === undefined) return peer;
    if (!this.isTrusted(peer)) {
      this.note(peer);
      return peer;
    }
    const readings = [
      ...(forwarded === undefined ? [] : [this.lastUntrusted(peer, hopsOfForwarded(forwarded))]),
      ...(xForwardedFor === undefined ? [] : [this.lastUntrusted(peer, String(xForwardedFor).split(','))]),
    ];
    // A proxy sets one of the two; the client may have sent the other.
    return new Set(readings).size === 1 ? (readings[0] ?? peer) : peer;
  }

  /** Peers that look like proxies that are not listed, within the last hour. Any client can make itself look like one. */
  suspects(): string[] {
    const since = this.now() - SIGHTING_MS;
    return [...this.unlisted].filter(([, seen]) => seen >= since).map(([address]) => address);
  }

  private lastUntrusted(peer: string, hops: readonly string[]): string {
    let client = peer;
    for (const hop of hops.slice(-MAX_HOPS).reverse()) {
      const address = addressOfHop(hop);
      if (address === undefined) return client;
      client = address;
      if (!this.isTrusted(address)) return client;
    }
    return client;
  }

  private isTrusted(address: string): boolean {
    return isIP(address) !== 0 && this.trusted.check(address, isIPv6(address) ? 'ipv6' : 'ipv4');
  }

  private note(peer: string): void {
    this.unlisted.delete(peer);
    this.unlisted.set(peer, this.now());
    if (this.unlisted.size > MAX_SIGHTINGS) {
      const [oldest = ''] = this.unlisted.keys();
      this.unlisted.delete(oldest);
    }
  }
}

const plain = (address: string): string => MAPPED.exec(address)?.[1] ?? address;

/** A quoted value, a separator, or the text between them. Each position has one reading, so a scan is linear. */
const PIECE = /"(?:[^"\\]|\\.)*"|[,;]|[^",;]+/gy;
const FOR = /^for=(?:"((?:[^"\\]|\\.)*)"|([^"\s]+))$/i;

/**
 * The `for` of each element (RFC 7239 §4); an empty text if an element has none. A header that is too long or has an open
 * quote cannot be read, and has no hops.
 */
function hopsOfForwarded(header: string): string[] {
  if (header.length > MAX_FORWARDED) return [];
  const elements: string[][] = [['']];
  let length = 0;
  for (const [piece] of header.matchAll(PIECE)) {
    length += piece.length;
    const element = elements.at(-1) ?? [];
    if (piece === ',') elements.push(['']);
    else if (piece === ';') element.push('');
    else element.push((element.pop() ?? '') + piece);
  }
  return length === header.length ? elements.map(forOf) : [];
}

function forOf(parameters: readonly string[]): string {
  const found = parameters.map((parameter) => FOR.exec(parameter.trim())).find((match) => match !== null);
  return found?.[1]?.replace(/\\(.)/g, '$1') ?? found?.[2] ?? '';
}

const WITH_PORT = /^(\d{1,3}(?:\.\d{1,3}){3}):\d{1,5}$/;
const BRACKETED = /^\[([0-9a-f:.]+)\](?::\d{1,5})?$/i;

/** The address of a hop, without its port; undefined for `unknown`, an obfuscated name (RFC 7239 §6) and anything else. */
function addressOfHop(hop: string): string | undefined {
  const text = hop.trim();
  const address = plain(WITH_PORT.exec(text)?.[1] ?? BRACKETED.exec(text)?.[1] ?? text);
  return isIP(address) === 0 ? undefined : address;
}
