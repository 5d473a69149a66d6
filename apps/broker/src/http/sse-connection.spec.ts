import { EventEmitter } from 'node:events';
import type { Response } from 'express';
import { SseConnection } from './sse-connection.js';

/** A response whose reader takes as much as the test says. */
class SlowResponse extends EventEmitter {
  waiting = 0;
  destroyed = false;
  writableEnded = false;
  readonly req = { method: 'GET' };
  readonly socket = { setNoDelay() {}, setTimeout() {} };

  get writableLength(): number {
    return this.waiting;
  }

  writeHead(): void {}
  flushHeaders(): void {}

  write(text: string): void {
    this.waiting += Buffer.byteLength(text);
  }

  read(): void {
    this.waiting = 0;
    this.emit('drain');
  }

  end(): void {
    this.writableEnded = true;
  }

  destroy(): void {
    this.destroyed = true;
  }
}

const open = (response: SlowResponse, onClose = () => {}) =>
  new SseConnection(response as unknown as Response, onClose);
const KIB = 'x'.repeat(1024);

describe('a connection of server-sent events', () => {
  test('a reader that does not read is cut once more than 1 MiB waits for it', () => {
    const response = new SlowResponse();
    const connection = open(response);
    for (let count = 0; count < 1024; count += 1) expect(connection.send(KIB)).toBe(true);
    expect(response.destroyed).toBe(false);
    expect(connection.send(KIB)).toBe(false);
    expect(response.destroyed).toBe(true);
    expect(connection.send(KIB)).toBe(false);
  });

  test('a large first event is allowed for until it has been read', () => {
    const response = new SlowResponse();
    const connection = open(response);
    expect(connection.sendWhole(KIB.repeat(3_000))).toBe(true);
    expect(connection.send(KIB.repeat(1_000))).toBe(true);
    response.read();
    expect(connection.send(KIB.repeat(1_025))).toBe(false);
  });

  test('who has left before it opened is told of as closed', async () => {
    const response = new SlowResponse();
    response.destroyed = true;
    let closed = 0;
    open(response, () => {
      closed += 1;
    });
    await Promise.resolve();
    expect(closed).toBe(1);
  });
});
