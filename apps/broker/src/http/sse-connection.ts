import type { Response } from 'express';

/** How much may wait for a slow reader, besides its first event, before the connection is cut. */
const MAX_WAITING_BYTES = 1024 * 1024;

/** One open stream of server-sent events. It flushes every event at once and cuts a client that does not read. */
export class SseConnection {
  private allowance = MAX_WAITING_BYTES;

  constructor(
    private readonly response: Response,
    onClose: () => void,
  ) {
    response.on('close', onClose);
    // The client may have left while the broker prepared the first event.
    if (response.destroyed) queueMicrotask(onClose);
    response.on('drain', () => {
      this.allowance = MAX_WAITING_BYTES;
    });
    response.socket?.setNoDelay(true);
    response.socket?.setTimeout(0);
    response.writeHead(200, {
      'Content-Type': 'text/event-stream; charset=utf-8',
      'Cache-Control': 'no-store',
      'X-Accel-Buffering': 'no',
    });
    response.flushHeaders();
    if (response.req.method === 'HEAD') response.end();
  }

  /** @returns false if the connection is closed, or is cut now because too much waits for its reader */
  send(text: string): boolean {
    if (this.response.writableEnded || this.response.destroyed) return false;
    this.response.write(text);
    if (this.response.writableLength <= this.allowance) return true;
    this.cut();
    return false;
  }

  /** Sends a first event, which may be large: it does not count against the limit of what may wait. */
  sendWhole(text: string): boolean {
    this.allowance = MAX_WAITING_BYTES + Buffer.byteLength(text);
    return this.send(text);
  }

  /** Closes the connection after everything that was sent has arrived. */
  end(): void {
    this.response.end();
  }

  cut(): void {
    this.response.destroy();
  }
}
