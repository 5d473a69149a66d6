import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

/** Of one connection. Clients that pipeline at all send some ten ahead. */
const MOST_UNANSWERED = 100;

/**
 * One request of a connection at a time. Node hands over pipelined requests as they arrive, and tells of a broken
 * connection only the response that is being sent: a call begun behind it would never learn that its client is
 * gone, and keep its place for ever. So a request has to wait until the answer before it is over, and one that
 * comes after the connection's last answer is never begun.
 *
 * Node goes on parsing while they wait: without a limit one connection could fill this process with them.
 */
export class Turns {
  /** The last response that was taken on a connection, until it is over. */
  readonly #last = new WeakMap<Socket, Promise<void>>();
  /** How many of a connection's requests are not answered yet. */
  readonly #unanswered = new WeakMap<Socket, number>();

  /**
   * `serve` is told whether it had to wait: then the turn in which the request was parsed is over. False for a request
   * behind too many others, which gets no turn at all.
   */
  take(socket: Socket, response: ServerResponse, serve: (waited: boolean) => Promise<void>): boolean {
    const unanswered = this.#unanswered.get(socket) ?? 0;
    if (unanswered >= MOST_UNANSWERED) return false;
    this.#unanswered.set(socket, unanswered + 1);
    const before = this.#last.get(socket);
    const over =
      before === undefined
        ? this.#begin(socket, response, () => serve(false))
        : this.#after(before, socket, response, () => serve(true));
    this.#last.set(socket, over);
    void over.then(() => {
      this.#unanswered.set(socket, (this.#unanswered.get(socket) ?? 1) - 1);
      if (this.#last.get(socket) === over) this.#last.delete(socket);
    });
    return true;
  }

  /** Whether an answer is under way on this connection. */
  isBusy(socket: Socket): boolean {
    return this.#last.has(socket);
  }

  async #after(
    before: Promise<void>,
    socket: Socket,
    response: ServerResponse,
    serve: () => Promise<void>,
  ): Promise<void> {
    await before;
    if (socket.destroyed || !socket.writable) return;
    await this.#begin(socket, response, serve);
  }

  /** Settles when the answer is over: sent whole, or its connection gone. */
  #begin(socket: Socket, response: ServerResponse, serve: () => Promise<void>): Promise<void> {
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
