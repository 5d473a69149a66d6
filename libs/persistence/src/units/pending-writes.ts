/**
 * Writes of a unit of work whose outcome nothing in the unit depends on. The unit sends them and goes on; it waits for
 * all of them before it commits. So they share round trips with what comes after.
 */
export class PendingWrites {
  #sent: Promise<void>[] = [];
  #isClosed = false;

  /** @returns the write itself once the unit is over: it fails, and its caller learns so */
  add(write: Promise<void>): Promise<void> | undefined {
    if (this.#isClosed) return write;
    // `settle` reports the failure.
    write.catch(() => undefined);
    this.#sent.push(write);
    return undefined;
  }

  /** From now on nothing is collected. */
  close(): void {
    this.#isClosed = true;
  }

  /** Waits for all. @throws whatever the first write that failed threw */
  async settle(): Promise<void> {
    const sent = this.#sent;
    this.#sent = [];
    const outcomes = await Promise.allSettled(sent);
    for (const outcome of outcomes) if (outcome.status === 'rejected') throw outcome.reason;
  }
}
