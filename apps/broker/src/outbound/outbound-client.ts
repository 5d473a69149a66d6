import { lookup } from 'node:dns/promises';
import { isIP, type LookupFunction } from 'node:net';
import { Agent, request } from 'undici';
import { isLoopback, mayConnect } from './addresses.js';

/** Resolves a name to all its addresses. */
export type Resolver = (hostname: string) => Promise<string[]>;

export interface OutboundOptions {
  /** Whether this machine and private networks may be called, and this machine without TLS. */
  allowPrivate: boolean;
  resolve?: Resolver;
}

export interface OutboundMessage {
  method: 'GET' | 'POST';
  headers: Record<string, string>;
  body: string | null;
}

export interface OutboundAnswer {
  status: number;
  headers: Record<string, string | string[] | undefined>;
  body: Buffer;
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

const LONGEST_MS = 10_000;
const MOST_BYTES = 64 * 1024;

const systemResolver: Resolver = async (hostname) =>
  (await lookup(hostname, { all: true })).map(({ address }) => address);

/**
 * The only way in which the broker calls configured addresses. It resolves the name once, checks the addresses and connects
 * to one of them, so that a name that resolves differently the second time (DNS rebinding) has no effect. It follows no
 * redirects, waits 10 s and reads 64 kB at most.
 */
export class OutboundClient {
  private readonly resolve: Resolver;

  constructor(private readonly options: OutboundOptions) {
    this.resolve = options.resolve ?? systemResolver;
  }

  /** @throws OutboundError, also for a redirect */
  async post(
    url: string,
    message: { headers: Record<string, string>; body: string },
    signal: AbortSignal,
  ): Promise<{ status: number }> {
    const { status } = await this.send(url, { ...message, method: 'POST' }, signal);
    if (status >= 300 && status < 400) throw new OutboundError('redirect_refused');
    return { status };
  }

  /** One call with its complete answer. Redirects are answers and are not followed. @throws OutboundError */
  async send(url: string, message: OutboundMessage, signal: AbortSignal): Promise<OutboundAnswer> {
    const target = new URL(url);
    const deadline = AbortSignal.any([signal, AbortSignal.timeout(LONGEST_MS)]);
    const addresses = await before(deadline, this.checked(target));
    const agent = new Agent({
      connect: { lookup: pinned(addresses), timeout: LONGEST_MS },
      pipelining: 0,
      maxResponseSize: MOST_BYTES,
    });
    try {
      const answer = await request(target, { ...message, dispatcher: agent, signal: deadline });
      const { statusCode: status, headers } = answer;
      return { status, headers, body: Buffer.from(await answer.body.arrayBuffer()) };
    } catch (error) {
      throw error instanceof OutboundError ? error : new OutboundError(codeOf(error, deadline), error);
    } finally {
      await agent.destroy();
    }
  }

  private async checked(url: URL): Promise<string[]> {
    const { allowPrivate } = this.options;
    const hostname = url.hostname.replace(/^\[|\]$/g, '');
    const addresses = isIP(hostname) === 0 ? await this.resolved(hostname) : [hostname];
    if (addresses.length === 0) throw new OutboundError('name_unknown');
    // One forbidden address among others is a sign of an attack, so none is called.
    if (!addresses.every((address) => mayConnect(address, allowPrivate)))
      throw new OutboundError('address_refused');
    if (url.protocol !== 'https:' && !(allowPrivate && addresses.every(isLoopback)))
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

function codeOf(error: unknown, deadline: AbortSignal): OutboundError['code'] {
  if (deadline.aborted) return 'timed_out';
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (code === 'UND_ERR_RES_EXCEEDED_MAX_SIZE') return 'answer_too_large';
  return code === 'UND_ERR_CONNECT_TIMEOUT' ? 'timed_out' : 'unreachable';
}
