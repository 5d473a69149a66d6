import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

/** For one connection. Clients that pipeline at all send about ten requests ahead. */
const MAX_UNANSWERED = 100;

/** A connection's unanswered requests, and the end of the last one. */
type Queue = { unanswered: number; last: Promise<void> | undefined };

/**
 * Serves one request of a connection at a time. Node reports pipelined requests as they arrive, but reports a broken
 * connection only to the response that is being sent. A call started behind that response would never learn that its
 * client is gone, and would keep its place for ever. So a request waits until the response before it has ended, and a
 * request after the connection's last response is never started.
 *
 * Node continues to parse while requests wait. Without a limit one connection could fill this process with them.
 */
export class PipelineQueue {
  /** An entry stays until the last response of its connection has ended. The end of the connection ends it too. */
  readonly #queues = new Map<Socket, Queue>();

  /** Returns false for a request behind too many others. It is never served. */
  enqueue(socket: Socket, response: ServerResponse, serve: () => Promise<void>): boolean {
    const queue = this.#queues.get(socket) ?? { unanswered: 0, last: undefined };
    if (queue.unanswered >= MAX_UNANSWERED) return false;
    queue.unanswered += 1;
    this.#queues.set(socket, queue);
    const { last } = queue;
    queue.last =
      last === undefined ? this.#begin(socket, response, serve) : this.#after(last, socket, response, serve);
    void queue.last.then(() => {
      queue.unanswered -= 1;
      if (queue.unanswered === 0) this.#queues.delete(socket);
    });
    return true;
  }

  /** Whether a response is under way on this connection. */
  isAnswering(socket: Socket): boolean {
    return this.#queues.has(socket);
  }

  async #after(
    before: Promise<void>,
    socket: Socket,
    response: ServerResponse,
    serve: () => Promise<void>,
  ): Promise<void> {
    await before;
    await this.#begin(socket, response, serve);
  }

  /** Settles when the response has ended: sent whole, or its connection closed. */
  #begin(socket: Socket, response: ServerResponse, serve: () => Promise<void>): Promise<void> {
    // A request after the last response. It can even arrive while the connection is closing and no other response is
    // left.
    if (!socket.writable) return Promise.resolve();
    const over = new Promise<void>((resolve) => {
      const done = () => {
        response.off('close', done);
        socket.off('close', done);
        resolve();
      };
      response.on('close', done);
      socket.on('close', done);
    });
    void serve();
    return over;
  }
}
