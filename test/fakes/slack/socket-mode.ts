import { randomUUID } from 'node:crypto';
import type { Server } from 'node:http';
import { type WebSocket, WebSocketServer } from 'ws';
import type { Callback } from './deliver.js';

type Ack = { envelope_id: string; payload?: unknown };

/** The sockets that the app has open, each under an address that serves once. */
export class SocketMode {
  private readonly server = new WebSocketServer({ noServer: true });
  private readonly tickets = new Set<string>();
  private readonly waiting = new Map<string, (ack: Ack) => void>();
  private readonly open = new Set<WebSocket>();
  private turn = 0;

  constructor(private readonly appId: string) {}

  /** How many sockets the app has open. */
  get connections(): number {
    return this.open.size;
  }

  attach(http: Server): void {
    http.on('upgrade', (request, socket, head) => {
      const ticket = new URL(request.url ?? '/', 'http://slack').searchParams.get('ticket') ?? '';
      if (!this.tickets.delete(ticket)) {
        socket.destroy();
        return;
      }
      this.server.handleUpgrade(request, socket, head, (ws) => this.connected(ws));
    });
  }

  /** @param origin `http://…` of the stand-in */
  ticketUrl(origin: string): string {
    const ticket = randomUUID();
    this.tickets.add(ticket);
    return `${origin.replace('http', 'ws')}/link/?ticket=${ticket}&app_id=${this.appId}`;
  }

  /** Tells the app over one of its sockets. @returns its acknowledgement; null if none came in time */
  async ask(callback: Callback, limitMs: number): Promise<Ack | null> {
    const sockets = [...this.open];
    const socket = sockets[this.turn++ % Math.max(sockets.length, 1)];
    if (socket === undefined) return null;
    const envelope = randomUUID();
    const { kind: type, payload, retry } = callback;
    const again =
      type === 'events_api' ? { retry_attempt: retry?.num ?? 0, retry_reason: retry?.reason ?? '' } : {};
    const accepts_response_payload = type !== 'events_api';
    return new Promise((resolve) => {
      const timer = setTimeout(() => {
        this.waiting.delete(envelope);
        resolve(null);
      }, limitMs);
      this.waiting.set(envelope, (ack) => {
        clearTimeout(timer);
        resolve(ack);
      });
      socket.send(
        JSON.stringify({ envelope_id: envelope, type, payload, accepts_response_payload, ...again }),
      );
    });
  }

  /** Asks every client to come again, as Slack does each few hours. */
  refresh(): void {
    for (const socket of this.open) {
      socket.send(JSON.stringify({ type: 'disconnect', reason: 'refresh_requested' }));
      this.open.delete(socket);
    }
  }

  /** Cuts every socket without a word. */
  cut(): void {
    for (const socket of this.server.clients) socket.terminate();
    this.open.clear();
  }

  private connected(ws: WebSocket): void {
    this.open.add(ws);
    ws.on('close', () => this.open.delete(ws));
    ws.on('error', () => undefined);
    ws.on('message', (data) => {
      const ack = JSON.parse(String(data)) as Ack;
      this.waiting.get(ack.envelope_id)?.(ack);
      this.waiting.delete(ack.envelope_id);
    });
    const info = { connection_info: { app_id: this.appId }, num_connections: this.open.size };
    ws.send(JSON.stringify({ type: 'hello', ...info, debug_info: { host: 'applink' } }));
  }
}
