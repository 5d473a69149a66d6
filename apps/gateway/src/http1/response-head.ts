import { type Fields, OF_RESPONSES, parseFields } from './fields.js';
import { MalformedMessage } from './malformed-message.js';

/** The head of a response, parsed and not interpreted. */
export type ResponseHead = {
  /** 1 for HTTP/1.1, 0 for HTTP/1.0. */
  minorVersion: 0 | 1;
  status: number;
  fields: Fields;
};

/** RFC 9110 §15: higher numbers are no status. */
const STATUS_LINE = /^HTTP\/1\.([01]) ([1-5][0-9]{2})(?: [\t\x20-\x7e\x80-\xff]*)?\r\n/;

/**
 * Parses the head of a response, without the empty line after it (RFC 9112 §4):
 *
 *     status-line = HTTP-version SP status-code SP [ reason-phrase ] CRLF
 *
 * Many servers leave out the last space together with the phrase; that has one reading. The phrase is not kept: it says
 * nothing that the code does not say. Throws MalformedMessage.
 */
export function parseResponseHead(text: string): ResponseHead {
  const line = STATUS_LINE.exec(text);
  if (line === null) throw new MalformedMessage('not a plain status line of HTTP/1');
  return {
    minorVersion: line[1] === '1' ? 1 : 0,
    status: Number(line[2]),
    fields: parseFields(text, line[0].length, OF_RESPONSES),
  };
}
