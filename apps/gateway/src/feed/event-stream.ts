import { createParser } from 'eventsource-parser';

/**
 * The longest event that is read. A snapshot of 100,000 grants is about 40 MB. More means a broken or hostile sender.
 */
const MAX_EVENT_BYTES = 256 * 1024 * 1024;

/** The `data` of each server-sent event of a body, in order. Throws for an event of more than 256 MiB. */
export async function* readEventData(body: AsyncIterable<Buffer>): AsyncGenerator<string> {
  const ready: string[] = [];
  const parser = createParser({
    maxBufferSize: MAX_EVENT_BYTES,
    onEvent: ({ data }) => ready.push(data),
    onError: (error) => {
      if (error.type === 'max-buffer-size-exceeded') throw error;
    },
  });
  const decoder = new TextDecoder('utf-8', { fatal: true });
  for await (const chunk of body) {
    parser.feed(decoder.decode(chunk, { stream: true }));
    yield* ready.splice(0);
  }
}

/**
 * The pieces of a body. Calls `onSilent` if no piece arrives within `limitMs()`, which is evaluated again before each
 * piece. The time that the reader needs for a piece does not count.
 */
export async function* withIdleTimeout<T>(
  body: AsyncIterable<T>,
  limitMs: () => number,
  onSilent: () => void,
): AsyncGenerator<T> {
  let timer = setTimeout(onSilent, limitMs());
  try {
    for await (const piece of body) {
      clearTimeout(timer);
      yield piece;
      timer = setTimeout(onSilent, limitMs());
    }
  } finally {
    clearTimeout(timer);
  }
}
