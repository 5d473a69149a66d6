/**
 * The pieces of a body, as long as somebody still talks. `limitMs` is asked anew before each piece: how long to wait for
 * it before `onSilent` is called. The time that the reader takes for a piece does not count.
 */
export async function* whileHeard<T>(
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
