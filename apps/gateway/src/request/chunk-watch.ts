import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { AmbiguousRequest, demand } from './ambiguous.js';
import { ChunkScanner } from './chunk-scanner.js';

const ODD = 'a chunk has an extension, or the body has trailers';

/**
 * Watches the bytes of a chunked body on their way to Node's parser, which drops extensions without a word. It has to
 * begin in the turn in which the parser told of the request: the first bytes of the body are in the parser's hands then.
 */
export class ChunkWatch {
  private readonly scanner = new ChunkScanner();

  /** Begins to watch. Throws AmbiguousRequest when what has come of the body is odd already. */
  static begin(request: IncomingMessage): ChunkWatch {
    const { socket } = request;
    const bytes = bytesInParser(socket);
    demand(bytes !== undefined, 'a chunked body cannot be watched here');
    const watch = new ChunkWatch();
    watch.scanner.take(bytes.subarray(headEnd(bytes)));
    const objection = watch.objection();
    if (objection !== undefined) throw objection;
    if (!watch.scanner.isDone) {
      const take = (chunk: Buffer) => watch.scanner.take(chunk);
      socket.prependListener('data', take);
      request.once('close', () => socket.off('data', take));
    }
    return watch;
  }

  /** What is wrong with the body as far as it has come. */
  objection(): AmbiguousRequest | undefined {
    return this.scanner.isOdd ? new AmbiguousRequest(ODD) : undefined;
  }
}

/** What the parser is reading at this moment. Node keeps it for its own error reports (`rawPacket`). */
function bytesInParser(socket: Socket): Buffer | undefined {
  const { parser } = socket as Socket & { parser?: { getCurrentBuffer?(): Buffer } };
  return parser?.getCurrentBuffer?.();
}

/** Hex digits that no field name goes on with: whatever the parser takes for a chunk's size, and no header line. */
const CHUNK_LINE = /^(?:[0-9A-Fa-f]+(?:[^!#$%&'*+.^_`|~0-9A-Za-z:-]|$)|$)/;

/**
 * Where the head ends in a piece that holds its end; the pieces before are gone. Usually at the first empty line. A piece
 * that begins inside a line end can only be told by what follows: a line without a field name is a chunk's.
 */
export function headEnd(piece: Buffer): number {
  const text = piece.toString('latin1');
  if (text.startsWith('\n\r\n')) return 3;
  const begun = /^\r?\n/.exec(text)?.[0].length ?? 0;
  if (begun > 0 && CHUNK_LINE.test(text.slice(begun))) return begun;
  const end = text.indexOf('\r\n\r\n');
  return end === -1 ? text.length : end + 4;
}
