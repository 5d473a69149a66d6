import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

/** Of one connection. Clients that pipeline at all send some ten ahead. */
const MAX_UNANSWERED = 100;

/** A connection's requests that are not answered yet, and when the last of them is over. */
type Queue = { unanswered: number; last: Promise<void> | undefined };

/**
 * One request of a connection at a time. Node hands over pipelined requests as they arrive, and tells of a broken
 * connection only the response that is being sent: a call begun behind it would never learn that its client is
 * gone, and keep its place for ever. So a request has to wait until the answer before it is over, and one that
 * comes after the connection's last answer is never begun.
 *
 * Node goes on parsing while they wait: without a limit one connection could fill this process with them.
 */
export class PipelineQueue {
  /** Until the last of a connection's answers is over, as it is some time: the connection's end is one too. */
  readonly #queues = new Map<Socket, Queue>();

  /** False for a request behind too many others, which gets no turn at all. */
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

  /** Whether an answer is under way on this connection. */
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

  /** Settles when the answer is over: sent whole, or its connection gone. */
  #begin(socket: Socket, response: ServerResponse, serve: () => Promise<void>): Promise<void> {
    // Behind the last answer; it may come while the connection is being closed, with no other before it any more.
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
