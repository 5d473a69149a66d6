import { DeliveryFailure, type ExportTarget } from '@countersign/access';
import { WebhookClient } from '../notices/webhook-channel.js';
import { OutboundError, type OutboundOptions } from '../outbound/destination.js';
import { OutboundClient } from '../outbound/outbound-client.js';
import { OutboundStream } from '../outbound/outbound-stream.js';
import { frameSyslog } from './formats/syslog.js';

/** Lines of one log for one receiver, one for each leaf, in order. */
export interface Batch {
  first: number;
  last: number;
  lines: readonly string[];
}

/** What is sent to, and the secret that it was given. */
export type Receiver = Pick<ExportTarget, 'id' | 'kind' | 'address' | 'ca'> & { secret: string | null };

type WithSecret = Receiver & { secret: string };

/** Hands batches to receivers. It resolves when the receiver has acknowledged the whole batch. */
export class Receivers {
  private readonly http: OutboundClient;
  private readonly stream: OutboundStream;
  private readonly webhooks: WebhookClient;

  constructor(
    options: OutboundOptions,
    private readonly now: () => Date,
  ) {
    this.http = new OutboundClient(options);
    this.stream = new OutboundStream(options);
    this.webhooks = new WebhookClient(this.http);
  }

  /** @throws DeliveryFailure, `secret_missing` if the target was removed meanwhile */
  async send(receiver: Receiver, batch: Batch, signal: AbortSignal): Promise<void> {
    try {
      await this.sendByKind(receiver, batch, signal);
    } catch (error) {
      if (!(error instanceof OutboundError)) throw error;
      throw new DeliveryFailure(error.shown, { cause: error });
    }
  }

  private sendByKind({ secret, ...receiver }: Receiver, batch: Batch, signal: AbortSignal): Promise<void> {
    if (receiver.kind === 'syslog') return this.sendAsSyslog(receiver, batch, signal);
    if (secret === null) return Promise.reject(new DeliveryFailure('secret_missing'));
    return receiver.kind === 'hec'
      ? this.sendToCollector({ ...receiver, secret }, batch, signal)
      : this.post({ ...receiver, secret }, batch, signal);
  }

  /** Signed as webhooks are (Standard Webhooks). The id of a batch is the same for each attempt that has the same leaves. */
  private post(
    { id, address: url, secret, ca }: WithSecret,
    batch: Batch,
    signal: AbortSignal,
  ): Promise<void> {
    const message = {
      ...{ id: `${id}.${batch.first}.${batch.last}`, at: this.now() },
      ...{ body: `${batch.lines.join('\n')}\n`, type: 'application/x-ndjson' },
    };
    return this.webhooks.send({ url, secret, ca }, message, signal);
  }

  /** HEC answers 200 and `{"text":"Success","code":0}` once it has taken all events; else a code says which rule it missed. */
  private async sendToCollector(
    { address, secret, ca }: WithSecret,
    { lines }: Batch,
    signal: AbortSignal,
  ): Promise<void> {
    const headers = {
      'content-type': 'application/json',
      'user-agent': 'Countersign',
      authorization: `Splunk ${secret}`,
    };
    const message = { method: 'POST' as const, headers, body: lines.join('\n'), ca };
    const { status, body } = await this.http.send(address, message, signal);
    const code = codeOf(body);
    if (status === 200 && code === 0) return;
    throw new DeliveryFailure(code === null || code === 0 ? `http_${status}` : `hec_${code}`);
  }

  private sendAsSyslog(
    { address, ca }: Pick<Receiver, 'address' | 'ca'>,
    { lines }: Batch,
    signal: AbortSignal,
  ): Promise<void> {
    return this.stream.send(address, Buffer.concat(lines.map(frameSyslog)), ca, signal);
  }
}

/** The collector's code; null if the answer is not a collector's. */
function codeOf(body: Buffer): number | null {
  try {
    const { code } = JSON.parse(body.toString('utf8')) as { code?: unknown };
    return Number.isSafeInteger(code) ? Number(code) : null;
  } catch {
    return null;
  }
}
