import { readFile } from 'node:fs/promises';
import {
  type AddressedNotice,
  type ClaimedMessage,
  type Delivered,
  DeliveryFailure,
  endpointHash,
  isOpen,
  type LogHead,
  type Notice,
  type NoticeChannel,
  type NoticesReadUnit,
  readLogPoint,
  type Wait,
  type WebhookSettings,
} from '@countersign/access';
import type { WebhookMessage } from '@countersign/api';
import { declarationOf, type Hashing } from '@countersign/contract';
import { Webhook } from 'standardwebhooks';
import type { BrokerDeps } from '../core.module.js';
import { OutboundError } from '../outbound/destination.js';
import type { OutboundClient } from '../outbound/outbound-client.js';

const MOST_AT_ONCE = 32;

/** Webhooks: the vendor's receive all notices, a tenant's receive those of the tenant. */
export class WebhookChannel implements NoticeChannel {
  readonly name = 'webhook';
  readonly mostAtOnce = MOST_AT_ONCE;
  private readonly client: WebhookClient;

  constructor(
    private readonly deps: Pick<BrokerDeps, 'store' | 'hashing' | 'clock'>,
    outbound: OutboundClient,
    private readonly publicUrl: string,
  ) {
    this.client = new WebhookClient(outbound);
  }

  async recipients({ notice }: AddressedNotice, unit: NoticesReadUnit): Promise<string[]> {
    const keys = [...(await this.endpoints(unit, notice.tenant)).keys()];
    return declarationOf(notice.kind).forCustomerAlone
      ? keys.filter((key) => !key.startsWith(`:${VENDOR}:`))
      : keys;
  }

  /** @throws DeliveryFailure */
  async deliver({ notice, recipient, orderKey }: ClaimedMessage, signal: AbortSignal): Promise<Delivered> {
    const { tenant } = notice;
    const endpoints = await this.deps.store.notices.read((unit) => this.endpoints(unit, tenant));
    const endpoint = endpoints.get(recipient);
    if (endpoint === undefined) return { done: 'skipped', code: 'endpoint_removed' };
    const secret = await readSecret(endpoint.secretFile);
    const request = [orderKey, notice.subject].find((id) => id.startsWith('req_')) ?? null;
    const log = await readLogPoint(this.deps, tenant);
    const waiting = await this.waitingOf(tenant, request);
    const body = writeMessage({ notice, request, waiting, log }, this.publicUrl);
    const at = this.deps.clock.now();
    try {
      await this.client.send({ url: endpoint.url, secret }, { id: notice.id, at, body }, signal);
    } catch (error) {
      // The organisation file names the address, and the vendor's security admins read the code.
      throw error instanceof OutboundError ? new DeliveryFailure(error.code, { cause: error }) : error;
    }
    return { done: 'delivered' };
  }

  /** Whom the request waits for as the message is sent: the clock of the vendor's support runs or stands by it. */
  private waitingOf(tenant: string, id: string | null): Promise<Wait | null> {
    if (id === null) return Promise.resolve(null);
    return this.deps.store.readForTenant(tenant, async ({ requests }) => {
      const request = await requests.find(id);
      return request === null || !isOpen(request) ? null : (request.waits.at(-1) ?? null);
    });
  }

  private async endpoints(unit: NoticesReadUnit, tenant: string): Promise<Map<string, WebhookSettings>> {
    const found = new Map<string, WebhookSettings>();
    for (const side of [null, tenant])
      for (const settings of await unit.organisation.webhooks(side))
        found.set(endpointKey(this.deps.hashing, side, settings), settings);
    return found;
  }
}

/** Sends signed messages (Standard Webhooks). */
export class WebhookClient {
  constructor(private readonly outbound: OutboundClient) {}

  /**
   * @param id the same for every attempt, so that receivers can drop repetitions
   * @throws DeliveryFailure if the receiver answers with another status than 2xx; OutboundError
   */
  async send(
    endpoint: { url: string; secret: string; ca?: string | null },
    message: { id: string; at: Date; body: string; type?: string },
    signal: AbortSignal,
  ): Promise<void> {
    const { id, at, body, type = 'application/json' } = message;
    const { ca = null } = endpoint;
    const headers = {
      'content-type': type,
      'user-agent': 'Countersign',
      'webhook-id': id,
      'webhook-timestamp': String(Math.floor(at.getTime() / 1000)),
      'webhook-signature': new Webhook(endpoint.secret).sign(id, at, body),
    };
    const { status } = await this.outbound.post(endpoint.url, { headers, body, ca }, signal);
    if (status >= 200 && status < 300) return;
    // With 410 the receiver says that it wants no further messages.
    throw new DeliveryFailure(`http_${status}`, { final: status === 410 });
  }
}

const VENDOR = 'vendor';

/** The key that deliveries use for an endpoint: its side and a hash of its address. */
export function endpointKey(hashing: Hashing, tenant: string | null, settings: WebhookSettings): string {
  // A slug contains no colon, so a tenant named "vendor" is not mistaken for the vendor.
  return `${tenant === null ? `:${VENDOR}` : tenant}:${endpointHash(hashing, settings)}`;
}

/** Reads a `whsec_…` secret (24 to 64 bytes). @throws DeliveryFailure if it is missing or invalid */
export async function readSecret(path: string): Promise<string> {
  let text: string;
  try {
    text = (await readFile(path, 'utf8')).trim();
  } catch {
    throw new DeliveryFailure('secret_unreadable');
  }
  const bytes = Buffer.from(text.replace(/^whsec_/, ''), 'base64');
  const canonical = text === `whsec_${bytes.toString('base64')}`;
  if (!canonical || bytes.length < 24 || bytes.length > 64) throw new DeliveryFailure('secret_invalid');
  return text;
}

/**
 * The body of a webhook. It contains ids, and how far the tenant's log had grown when it was sent: the receiver reads the rest
 * from the API, with its own rights.
 */
export function writeMessage(
  {
    notice,
    request,
    waiting,
    log,
  }: { notice: Notice; request: string | null; waiting: Wait | null; log: LogHead },
  publicUrl: string,
): string {
  const { id, kind, tenant, subject, at } = notice;
  const link = request === null ? null : `${publicUrl}/requests/${request}`;
  const message: WebhookMessage = {
    type: kind,
    timestamp: at,
    data: { id, tenant, subject, request, link, waiting, log },
  };
  return JSON.stringify(message);
}
