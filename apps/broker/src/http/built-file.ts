import type { Request, Response } from 'express';

/** A file in memory, with the compressed forms that the build made. */
export interface BuiltFile {
  type: string;
  body: Buffer;
  brotli: Buffer | undefined;
  gzip: Buffer | undefined;
}

/** Sends the form of a file that the client accepts. */
export function send(file: BuiltFile, caching: string, request: Request, response: Response): void {
  const { type, body, brotli, gzip } = file;
  response.setHeader('Content-Type', type);
  response.setHeader('Cache-Control', caching);
  response.setHeader('Vary', 'Accept-Encoding');
  const accepted = request.acceptsEncodings(['br', 'gzip', 'identity']);
  const packed = accepted === 'br' ? brotli : accepted === 'gzip' ? gzip : undefined;
  if (packed !== undefined) response.setHeader('Content-Encoding', String(accepted));
  response.setHeader('Content-Length', (packed ?? body).length);
  response.end(request.method === 'HEAD' ? undefined : (packed ?? body));
}
