import {
  type AddressedNotice,
  type Delivered,
  type Delivery,
  DeliveryFailure,
  type NoticeChannel,
  type NoticesReadUnit,
  type WebhookSettings,
} from '@countersign/access';
import type { BrokerDeps } from '../injection.js';
import type { OutboundClient } from '../outbound/outbound-client.js';
import { WebhookClient } from './client.js';
import { endpointKey, readSecret } from './config.js';
import { writeMessage } from './messages.js';

const MOST_AT_ONCE = 32;

/** Tells programs: the vendor's of everything, a tenant's of what is its own. */
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
    return [...(await this.endpoints(unit, notice.tenant)).keys()];
  }

  /** @throws DeliveryFailure */
  async deliver(delivery: Delivery, signal: AbortSignal): Promise<Delivered> {
    const { found, endpoints } = await this.deps.store.notices.read(async (unit) => ({
      found: await unit.deliveries.find(delivery.notice),
      endpoints: await this.endpoints(unit, delivery.tenant),
    }));
    if (found === null) throw new DeliveryFailure('unknown_notice', { final: true });
    const endpoint = endpoints.get(delivery.recipient);
    if (endpoint === undefined) return { done: 'skipped', code: 'endpoint_removed' };
    const secret = await readSecret(endpoint.secretFile);
    const request = delivery.lane.startsWith('req_') ? delivery.lane : null;
    const body = writeMessage(found.notice, request, this.publicUrl);
    const at = this.deps.clock.now();
    await this.client.send({ url: endpoint.url, secret }, { id: delivery.notice, at, body }, signal);
    return { done: 'delivered' };
  }

  private async endpoints(unit: NoticesReadUnit, tenant: string): Promise<Map<string, WebhookSettings>> {
    const found = new Map<string, WebhookSettings>();
    for (const side of [null, tenant])
      for (const settings of await unit.organisation.webhooks(side))
        found.set(endpointKey(this.deps.hashing, side, settings), settings);
    return found;
  }
}
