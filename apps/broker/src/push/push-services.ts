import {
  type OutboundAnswer,
  OutboundClient,
  OutboundError,
  type OutboundMessage,
  type Resolver,
} from '../outbound/outbound-client.js';

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
  private readonly public: OutboundClient;
  private readonly ofOperator: OutboundClient;

  /** @param origins those that the operator has added; they may be on a private network */
  constructor(
    private readonly origins: readonly string[],
    resolve?: Resolver,
  ) {
    const more = resolve === undefined ? {} : { resolve };
    this.public = new OutboundClient({ allowPrivate: false, ...more });
    this.ofOperator = new OutboundClient({ allowPrivate: true, ...more });
  }

  allows(endpoint: string): boolean {
    return this.clientFor(endpoint) !== null;
  }

  /** @throws OutboundError */
  async send(endpoint: string, message: OutboundMessage, signal: AbortSignal): Promise<OutboundAnswer> {
    const client = this.clientFor(endpoint);
    if (client === null) throw new OutboundError('address_refused');
    return client.send(endpoint, message, AbortSignal.any([signal, AbortSignal.timeout(LONGEST_MS)]));
  }

  private clientFor(endpoint: string): OutboundClient | null {
    const url = URL.canParse(endpoint) ? new URL(endpoint) : null;
    if (url === null || url.username !== '' || url.password !== '') return null;
    if (this.origins.includes(url.origin)) return this.ofOperator;
    return url.protocol === 'https:' && url.port === '' && isOfBrowsers(url.hostname) ? this.public : null;
  }
}

const isOfBrowsers = (hostname: string): boolean =>
  OF_BROWSERS.some((host) => (host.startsWith('*') ? hostname.endsWith(host.slice(1)) : hostname === host));
