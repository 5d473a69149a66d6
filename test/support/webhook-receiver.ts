import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

export type Message = { id: string; type: string; subject: string };

/** Receives webhooks and keeps every message, including repetitions. */
export class WebhookReceiver {
  readonly messages: Message[] = [];
  private readonly server: Server;

  private constructor() {
    this.server = createServer(async (request, response) => {
      const chunks: Buffer[] = [];
      for await (const chunk of request) chunks.push(chunk as Buffer);
      const { type, data } = JSON.parse(Buffer.concat(chunks).toString('utf8')) as {
        type: string;
        data: { subject: string };
      };
      this.messages.push({ id: String(request.headers['webhook-id']), type, subject: data.subject });
      response.writeHead(204).end();
    });
  }

  /** @param port 0 chooses a free port */
  static async start(port = 0): Promise<WebhookReceiver> {
    const receiver = new WebhookReceiver();
    await new Promise<void>((resolve) => receiver.server.listen(port, '127.0.0.1', resolve));
    return receiver;
  }

  get url(): string {
    return `http://${this.host}/hook`;
  }

  /** `HOST:PORT`, as `COUNTERSIGN_OUTBOUND_PRIVATE` lists it. */
  get host(): string {
    return `127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }
}
