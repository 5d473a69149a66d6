import { ChunkedBody } from './chunked-body.js';
import type { Framing } from './framing.js';
import { LengthBody } from './length-body.js';

/** Receives the content of a body, piece by piece. The pieces are parts of the bytes that were pushed, or copies of them. */
export type BodySink = (piece: Buffer) => void;

/** Finds where a body ends, and what its content is. */
export interface BodyDecoder {
  /** Whether the last byte has been pushed. */
  readonly isDone: boolean;
  /**
   * False after extensions or trailers. Readers may disagree on where such a body ends, so the connection must not be used
   * again.
   */
  readonly isPlain: boolean;
  /**
   * Takes the connection's next bytes, from an offset on. Returns the offset after the last one that belongs to the
   * body. Throws MalformedMessage.
   */
  push(bytes: Buffer, from: number, sink: BodySink): number;
}

/** The decoder for a body of a request; undefined if there is none. */
export function requestBodyDecoder(framing: Framing): BodyDecoder | undefined {
  if (framing.kind === 'none') return undefined;
  return framing.kind === 'chunked' ? new ChunkedBody('plain') : new LengthBody(framing.bytes);
}
