import type { IncomingMessage } from 'node:http';
import { BlockList, isIP, isIPv6 } from 'node:net';

/** An IPv4 address inside IPv6 (RFC 4291 §2.5.5.2), as a dual-stack socket reports it. */
const MAPPED = /^::ffff:(\d{1,3}(?:\.\d{1,3}){3})$/i;
const MAX_SIGHTINGS = 20;
const SIGHTING_MS = 3_600_000;

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
   * The address of the client; `unknown` if the connection is gone. If the headers contradict each other or cannot be read,
   * it is the address of the last proxy that is believed.
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
    for (const hop of [...hops].reverse()) {
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

/** An element of the list: parameters that are separated by semicolons, whose values may be quoted (RFC 7239 §4). */
const ELEMENT = /((?:[^",]|"(?:[^"\\]|\\.)*")*)(?:,|$)/g;
const FOR = /(?:^|;)\s*for=(?:"((?:[^"\\]|\\.)*)"|([^";,\s]+))\s*(?=;|$)/i;

/** The `for` of each element; an empty text if an element has none. */
function hopsOfForwarded(header: string): string[] {
  const elements = [...header.matchAll(ELEMENT)].slice(0, -1).map(([, element = '']) => element.trim());
  return elements.map((element) => {
    const [, quoted, token] = FOR.exec(element) ?? [];
    return quoted ?? token ?? '';
  });
}

const WITH_PORT = /^(\d{1,3}(?:\.\d{1,3}){3}):\d{1,5}$/;
const BRACKETED = /^\[([0-9a-f:.]+)\](?::\d{1,5})?$/i;

/** The address of a hop, without its port; undefined for `unknown`, an obfuscated name (RFC 7239 §6) and anything else. */
function addressOfHop(hop: string): string | undefined {
  const text = hop.trim();
  const address = plain(WITH_PORT.exec(text)?.[1] ?? BRACKETED.exec(text)?.[1] ?? text);
  return isIP(address) === 0 ? undefined : address;
}
