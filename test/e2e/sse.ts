import { STREAM_ALIVE } from '@countersign/contract';
import { createParser, type EventSourceMessage } from 'eventsource-parser';

/** An open stream of server-sent events, without the broker's signs of life. */
export class EventStream {
  private readonly waiting: EventSourceMessage[] = [];
  private wake: () => void = () => {};
  private over = false;

  private constructor(
    readonly answer: Response,
    private readonly controller: AbortController,
  ) {
    void this.read();
  }

  static async open(url: string, headers: Record<string, string>): Promise<EventStream> {
    const controller = new AbortController();
    const answer = await fetch(url, { headers, signal: controller.signal });
    if (!answer.ok) throw new Error(`${answer.status}: ${await answer.text()}`);
    return new EventStream(answer, controller);
  }

  /** The next event. @throws Error if none arrives in time or the stream has ended */
  async next(limitMs = 30_000): Promise<EventSourceMessage> {
    const until = Date.now() + limitMs;
    for (;;) {
      const event = this.waiting.shift();
      if (event !== undefined) return event;
      if (this.over) throw new Error('the stream has ended');
      if (!(await this.news(until - Date.now()))) throw new Error('no event came in time');
    }
  }

  /** The next event that matches; others are dropped. */
  async until(fits: (event: EventSourceMessage) => boolean, limitMs = 30_000): Promise<EventSourceMessage> {
    const deadline = Date.now() + limitMs;
    for (;;) {
      const event = await this.next(deadline - Date.now());
      if (fits(event)) return event;
    }
  }

  /** Resolves when the other side has ended the stream. @throws Error if it does not in time */
  async ended(limitMs = 30_000): Promise<void> {
    const until = Date.now() + limitMs;
    while (!this.over)
      if (!(await this.news(until - Date.now()))) throw new Error('the stream is still open');
  }

  close(): void {
    this.controller.abort();
  }

  private news(limitMs: number): Promise<boolean> {
    return new Promise((resolve) => {
      const timer = setTimeout(() => resolve(false), Math.max(0, limitMs));
      this.wake = () => {
        clearTimeout(timer);
        resolve(true);
      };
    });
  }

  private async read(): Promise<void> {
    const parser = createParser({
      onEvent: (event) => {
        if (event.event === STREAM_ALIVE) return;
        this.waiting.push(event);
        this.wake();
      },
    });
    const decoder = new TextDecoder();
    try {
      for await (const chunk of this.answer.body ?? []) parser.feed(decoder.decode(chunk, { stream: true }));
    } catch {
      // Either side has closed it; the events before it count.
    }
    this.over = true;
    this.wake();
  }
}
