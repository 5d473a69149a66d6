import type { Response } from 'express';

/** What may wait for a reader, beyond what its first event needs, before it is given up. */
const MAX_WAITING_BYTES = 1024 * 1024;

/** One open stream of server-sent events. Text that has been sent is flushed at once; a reader that does not read is cut. */
export class SseConnection {
  private allowance = MAX_WAITING_BYTES;

  constructor(
    private readonly response: Response,
    onClose: () => void,
  ) {
    response.on('close', onClose);
    // Whoever left while the first event was being read has closed already.
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

  /** @returns false where the connection is over, or is cut because too much waits for its reader */
  send(text: string): boolean {
    if (this.response.writableEnded || this.response.destroyed) return false;
    this.response.write(text);
    if (this.response.writableLength <= this.allowance) return true;
    this.cut();
    return false;
  }

  /** For a first event that may be large: what waits after it counts on top. */
  sendWhole(text: string): boolean {
    this.allowance = MAX_WAITING_BYTES + Buffer.byteLength(text);
    return this.send(text);
  }

  /** Ends it in order: what was sent arrives. */
  end(): void {
    this.response.end();
  }

  cut(): void {
    this.response.destroy();
  }
}
