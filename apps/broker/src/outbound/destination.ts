import { lookup } from 'node:dns/promises';
import { isIP, type LookupFunction } from 'node:net';
import { isLoopback, kindOfAddress, withoutBrackets } from '@countersign/contract';

/** Resolves a name to all its addresses. */
export type Resolver = (hostname: string) => Promise<string[]>;

export interface OutboundOptions {
  /** The private destinations that the operator allows: `HOST:PORT`, as `COUNTERSIGN_OUTBOUND_PRIVATE` lists them. */
  listed: readonly string[];
  /** Whether this machine may be called, also without TLS: never, if it is listed, or at any port. */
  thisMachine: 'never' | 'listed' | 'any';
  resolve?: Resolver;
}

/** The call was not made, or its answer was not accepted. */
export class OutboundError extends Error {
  constructor(
    readonly code:
      | 'address_refused'
      | 'tls_required'
      | 'name_unknown'
      | 'unreachable'
      | 'timed_out'
      | 'redirect_refused'
      | 'answer_too_large',
    cause?: unknown,
  ) {
    super(`outbound call: ${code}`, cause === undefined ? undefined : { cause });
    this.name = 'OutboundError';
  }

  /**
   * What the person who entered the address learns. Whether a name exists, where it leads and what answers there is the
   * operator's to know: it is in the broker's log.
   */
  get shown(): string {
    return HIDDEN.has(this.code) ? 'unreachable' : this.code;
  }
}

const HIDDEN: ReadonlySet<OutboundError['code']> = new Set(['address_refused', 'name_unknown', 'timed_out']);

const systemResolver: Resolver = async (hostname) =>
  (await lookup(hostname, { all: true })).map(({ address }) => address);

/** Whether a URL's connection is encrypted from its first byte. */
const ENCRYPTED: ReadonlySet<string> = new Set(['https:', 'tls:']);

/**
 * Decides whether the broker may connect to an address that an operator or a browser chose. It resolves the name once and checks all addresses; the
 * connection goes to one of them, so that a name that resolves differently the second time (DNS rebinding) has no effect.
 */
export class Destination {
  private readonly resolve: Resolver;

  constructor(private readonly options: OutboundOptions) {
    this.resolve = options.resolve ?? systemResolver;
  }

  /** A lookup that always returns the addresses that were checked. @throws OutboundError */
  async lookup(url: URL, deadline: AbortSignal): Promise<LookupFunction> {
    return lookupOf(await before(deadline, this.allowedAddresses(url)));
  }

  private async allowedAddresses(url: URL): Promise<string[]> {
    const isPlain = !ENCRYPTED.has(url.protocol);
    // Before the name is looked up, so that the answer says nothing about the name.
    if (isPlain && this.options.thisMachine === 'never') throw new OutboundError('tls_required');
    const hostname = withoutBrackets(url.hostname);
    const addresses = isIP(hostname) === 0 ? await this.addressesOf(hostname) : [hostname];
    if (addresses.length === 0) throw new OutboundError('name_unknown');
    // One forbidden address among others is a sign of an attack, so none is called.
    if (!addresses.every((address) => this.mayCall(url, address))) throw new OutboundError('address_refused');
    if (isPlain && !addresses.every(isLoopback)) throw new OutboundError('tls_required');
    return addresses;
  }

  private mayCall(url: URL, address: string): boolean {
    const { listed, thisMachine } = this.options;
    const isListed = () => [url.hostname, address].some((host) => listed.includes(destinationOf(url, host)));
    switch (kindOfAddress(address)) {
      case 'public':
        return true;
      case 'private':
        return isListed();
      case 'loopback':
        return thisMachine === 'any' || (thisMachine === 'listed' && isListed());
      case 'never':
        return false;
    }
  }

  private async addressesOf(hostname: string): Promise<string[]> {
    try {
      return await this.resolve(hostname);
    } catch (error) {
      throw new OutboundError('name_unknown', error);
    }
  }
}

const DEFAULT_PORTS: Readonly<Record<string, string>> = { 'https:': '443', 'http:': '80' };

/** `HOST:PORT` of a URL, in the spelling of `OutboundOptions.listed`; for one of the addresses that its host has, if given. */
export function destinationOf({ hostname, port, protocol }: URL, host = hostname): string {
  const name = isIP(host) === 6 ? `[${host}]` : host.toLowerCase();
  return `${name}:${port === '' ? (DEFAULT_PORTS[protocol] ?? '') : port}`;
}

/** The result, unless the deadline comes first: a name server that does not answer must not hold up the call. */
function before<T>(deadline: AbortSignal, work: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const late = () => reject(new OutboundError('timed_out'));
    if (deadline.aborted) late();
    deadline.addEventListener('abort', late, { once: true });
    work.then(resolve, reject).finally(() => deadline.removeEventListener('abort', late));
  });
}

/** A lookup that always returns the addresses that were checked. */
function lookupOf(addresses: readonly string[]): LookupFunction {
  const all = addresses.map((address) => ({ address, family: isIP(address) }));
  return (_hostname, options, callback) => {
    const [first] = all;
    if (options.all === true || first === undefined) callback(null, all);
    else callback(null, first.address, first.family);
  };
}
