import { lookup } from 'node:dns/promises';
import { isIP, type LookupFunction } from 'node:net';
import { isLoopback, mayConnect, withoutBrackets } from '@countersign/contract';

/** Resolves a name to all its addresses. */
export type Resolver = (hostname: string) => Promise<string[]>;

export interface OutboundOptions {
  /** Whether this machine and private networks may be called, and this machine without TLS. */
  allowPrivate: boolean;
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
}

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
    return pinned(await before(deadline, this.checked(url)));
  }

  private async checked(url: URL): Promise<string[]> {
    const { allowPrivate } = this.options;
    const hostname = withoutBrackets(url.hostname);
    const addresses = isIP(hostname) === 0 ? await this.resolved(hostname) : [hostname];
    if (addresses.length === 0) throw new OutboundError('name_unknown');
    // One forbidden address among others is a sign of an attack, so none is called.
    if (!addresses.every((address) => mayConnect(address, allowPrivate)))
      throw new OutboundError('address_refused');
    if (!ENCRYPTED.has(url.protocol) && !(allowPrivate && addresses.every(isLoopback)))
      throw new OutboundError('tls_required');
    return addresses;
  }

  private async resolved(hostname: string): Promise<string[]> {
    try {
      return await this.resolve(hostname);
    } catch (error) {
      throw new OutboundError('name_unknown', error);
    }
  }
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
function pinned(addresses: readonly string[]): LookupFunction {
  const all = addresses.map((address) => ({ address, family: isIP(address) }));
  return (_hostname, options, callback) => {
    const [first] = all;
    if (options.all === true || first === undefined) callback(null, all);
    else callback(null, first.address, first.family);
  };
}
