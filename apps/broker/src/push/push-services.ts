import { destinationOf, OutboundError, type Resolver } from '../outbound/destination.js';
import { type OutboundAnswer, OutboundClient, type OutboundMessage } from '../outbound/outbound-client.js';

/** The hosts of the browsers' push services; `*.` stands for any name below. docs/push.md says whose they are. */
const OF_BROWSERS = [
  'fcm.googleapis.com',
  '*.push.services.mozilla.com',
  '*.push.apple.com',
  '*.notify.windows.com',
];
/** A push that waits keeps others waiting, and it is tried again. */
const LONGEST_MS = 3_000;

/**
 * The push services that the broker calls. A browser names the address, so anyone could choose it: it has to be on the list, or
 * nothing is resolved and nothing is called.
 */
export class PushServices {
  private readonly client: OutboundClient;

  /** @param origins those that the operator has added; they may be on a private network */
  constructor(
    private readonly origins: readonly string[],
    resolve?: Resolver,
  ) {
    this.client = new OutboundClient({
      listed: origins.map((origin) => destinationOf(new URL(origin))),
      thisMachine: 'listed',
      ...(resolve === undefined ? {} : { resolve }),
    });
  }

  allows(endpoint: string): boolean {
    const url = URL.canParse(endpoint) ? new URL(endpoint) : null;
    if (url === null || url.username !== '' || url.password !== '') return false;
    if (this.origins.includes(url.origin)) return true;
    return url.protocol === 'https:' && url.port === '' && isOfBrowsers(url.hostname);
  }

  /** @throws OutboundError */
  async send(endpoint: string, message: OutboundMessage, signal: AbortSignal): Promise<OutboundAnswer> {
    if (!this.allows(endpoint)) throw new OutboundError('address_refused');
    return this.client.send(endpoint, message, AbortSignal.any([signal, AbortSignal.timeout(LONGEST_MS)]));
  }
}

const isOfBrowsers = (hostname: string): boolean =>
  OF_BROWSERS.some((host) => (host.startsWith('*') ? hostname.endsWith(host.slice(1)) : hostname === host));
