import { openAtMost } from '@countersign/gateway-protocol';

const CHUNK_BYTES = 64 * 1024;
const LINE_FEED = 10;

/**
 * Hands over the lines of a file one by one, so that no more of it is in memory than what is made of them. `torn`: the bytes
 * behind the last line feed, which are no line. Throws as `openAtMost` does, and what `take` throws.
 */
export async function eachLine(
  path: string,
  maxBytes: number,
  take: (line: string) => void,
): Promise<{ bytes: number; torn: number }> {
  const { file, size } = await openAtMost(path, maxBytes);
  try {
    const chunk = Buffer.alloc(CHUNK_BYTES);
    let begun: Buffer[] = [];
    let bytes = 0;
    // No further than it was when it was measured.
    while (bytes < size) {
      const { bytesRead } = await file.read(chunk, 0, Math.min(CHUNK_BYTES, size - bytes));
      if (bytesRead === 0) break;
      bytes += bytesRead;
      let start = 0;
      for (let end = chunk.indexOf(LINE_FEED); end !== -1 && end < bytesRead; ) {
        const last = chunk.subarray(start, end);
        take((begun.length === 0 ? last : Buffer.concat([...begun, last])).toString('utf8'));
        begun = [];
        start = end + 1;
        end = chunk.indexOf(LINE_FEED, start);
      }
      if (start < bytesRead) begun.push(Buffer.from(chunk.subarray(start, bytesRead)));
    }
    return { bytes, torn: begun.reduce((sum, { length }) => sum + length, 0) };
  } finally {
    await file.close();
  }
}
