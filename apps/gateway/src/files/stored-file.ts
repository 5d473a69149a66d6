import type { ByteRange } from '@countersign/contract';
import { type AnswerFault, Download } from '../forward/download.js';
import { MAX_DROPPED, type SelectedHeaders } from '../forward/forwarded-headers.js';
import { type Fields, withoutFields } from '../http1/fields.js';
import type { ReadResponse } from '../http1/response-reader.js';

/** The answer of a storage to a presigned link. */
export class StoredFile extends Download {
  private bytes = 0;

  /** @param maxBytes the largest file, in bytes */
  constructor(
    range: ByteRange | undefined,
    private readonly maxBytes: number,
  ) {
    super(range);
  }

  /**
   * Only the file itself reaches the client. The gateway does not follow a redirect: its target has not been checked. It does not
   * pass a redirect on either: the target may be a link that opens the file to anyone. Nor does it pass errors on: storages repeat
   * parts of the link in them.
   */
  override faultOf(head: ReadResponse): AnswerFault | undefined {
    const { status, length } = head;
    if (status !== 200 && status !== 206) return 'file_unavailable';
    if (length !== undefined && length > this.maxBytes) return 'file_too_large';
    return super.faultOf(head);
  }

  override faultOfPiece(piece: Buffer): AnswerFault | undefined {
    this.bytes += piece.length;
    return this.bytes > this.maxBytes ? 'file_too_large' : super.faultOfPiece(piece);
  }
}

/** The header fields of a storage that a client needs. All others concern only the storage and the gateway. */
const PASSED: ReadonlySet<string> = new Set([
  ...[
    'content-type',
    'content-length',
    'content-encoding',
    'content-language',
    'content-range',
    'accept-ranges',
  ],
  ...['last-modified', 'etag'],
]);
const ATTACHMENT = /^\s*attachment\s*(?:;|$)/i;

/**
 * The fields for the client, names and values in turn. They make a browser save the file instead of showing it: the file comes
 * from a storage, but the browser sees the service's own host, where a page in the file could use the browser's session.
 */
export function fieldsOfFile(fields: Fields): string[] {
  const passed = fields.filter(([name]) => PASSED.has(name)).flat();
  const disposition = fields.find(([name]) => name === 'content-disposition')?.[1] ?? '';
  return [
    ...passed,
    ...['content-disposition', ATTACHMENT.test(disposition) ? disposition : 'attachment'],
    ...['x-content-type-options', 'nosniff', 'content-security-policy', 'sandbox'],
    ...['cache-control', 'private, no-store', 'referrer-policy', 'no-referrer'],
  ];
}

/** The only header fields of the client that a storage receives. */
const FOR_STORAGE: ReadonlySet<string> = new Set(['range', 'if-range']);

/** The header fields for a storage. The record names the fields that are left out, like other dropped headers. */
export function headersForStorage({ passed, dropped }: SelectedHeaders): SelectedHeaders {
  const fields = withoutFields(passed, (name) => !FOR_STORAGE.has(name));
  const names = passed.filter((name, at) => at % 2 === 0 && !FOR_STORAGE.has(name));
  const left = [...new Set([...dropped, ...names])].slice(0, MAX_DROPPED);
  return { passed: [...fields, 'accept', '*/*', 'accept-encoding', 'identity'], dropped: left };
}
