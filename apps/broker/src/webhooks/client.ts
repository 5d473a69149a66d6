import { DeliveryFailure } from '@countersign/access';
import { Webhook } from 'standardwebhooks';
import { type OutboundClient, OutboundError } from '../outbound/outbound-client.js';

/** Sends signed messages (Standard Webhooks). */
export class WebhookClient {
  constructor(private readonly outbound: OutboundClient) {}

  /**
   * @param id the same for every attempt: receivers drop what they have seen
   * @throws DeliveryFailure
   */
  async send(
    endpoint: { url: string; secret: string },
    message: { id: string; at: Date; body: string },
    signal: AbortSignal,
  ): Promise<void> {
    const { id, at, body } = message;
    const headers = {
      'content-type': 'application/json',
      'user-agent': 'Countersign',
      'webhook-id': id,
      'webhook-timestamp': String(Math.floor(at.getTime() / 1000)),
      'webhook-signature': new Webhook(endpoint.secret).sign(id, at, body),
    };
    const status = await this.post(endpoint.url, { headers, body }, signal);
    if (status >= 200 && status < 300) return;
    // 410 is the receiver's word that it wants no more of this.
    throw new DeliveryFailure(`http_${status}`, { final: status === 410 });
  }

  private async post(...call: Parameters<OutboundClient['post']>): Promise<number> {
    try {
      return (await this.outbound.post(...call)).status;
    } catch (error) {
      throw new DeliveryFailure(error instanceof OutboundError ? error.code : 'internal_error');
    }
  }
}
