import { Agent, request } from 'undici';
import { Destination, OutboundError, type OutboundOptions } from './destination.js';

export { OutboundError, type OutboundOptions, type Resolver } from './destination.js';

export interface OutboundMessage {
  method: 'GET' | 'POST';
  headers: Record<string, string>;
  body: string | Uint8Array | null;
  /** PEM certificates that the other side's certificate is verified with, instead of the public ones. */
  ca?: string | null;
}

export interface OutboundAnswer {
  status: number;
  headers: Record<string, string | string[] | undefined>;
  body: Buffer;
}

const LONGEST_MS = 10_000;
const MOST_BYTES = 64 * 1024;

/**
 * The only way in which the broker calls an address that someone else chose: an operator or admin (webhooks, providers,
 * receivers of logs) or a browser (push services). It resolves the name once, checks the addresses and connects to one of them, so that a
 * name that resolves differently the second time (DNS rebinding) has no effect. It follows no redirects, waits 10 s and reads
 * 64 kB at most.
 */
export class OutboundClient {
  private readonly destination: Destination;

  constructor(options: OutboundOptions) {
    this.destination = new Destination(options);
  }

  /** @throws OutboundError, also for a redirect */
  async post(
    url: string,
    message: { headers: Record<string, string>; body: string; ca?: string | null },
    signal: AbortSignal,
  ): Promise<{ status: number }> {
    const { status } = await this.send(url, { ...message, method: 'POST' }, signal);
    if (status >= 300 && status < 400) throw new OutboundError('redirect_refused');
    return { status };
  }

  /** One call with its complete answer. Redirects are answers and are not followed. @throws OutboundError */
  async send(url: string, { ca, ...message }: OutboundMessage, signal: AbortSignal): Promise<OutboundAnswer> {
    const target = new URL(url);
    const deadline = AbortSignal.any([signal, AbortSignal.timeout(LONGEST_MS)]);
    const lookup = await this.destination.lookup(target, deadline);
    const agent = new Agent({
      connect: { lookup, timeout: LONGEST_MS, ...(ca == null ? {} : { ca }) },
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
}

function codeOf(error: unknown, deadline: AbortSignal): OutboundError['code'] {
  if (deadline.aborted) return 'timed_out';
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (code === 'UND_ERR_RES_EXCEEDED_MAX_SIZE') return 'answer_too_large';
  return code === 'UND_ERR_CONNECT_TIMEOUT' ? 'timed_out' : 'unreachable';
}
