/** What a parser made of a head. `rawHeaders`: names and values in turn, as Node gives them. */
export type ParsedHead = { method: string; url: string; rawHeaders: readonly string[] };

/**
 * A tab beside what says how the body ends. Readers differ there: to Node's parser `chunked` with one behind it is another
 * coding, which it refuses only after it has told of the request.
 */
const TABBED_FRAMING = /\r\n(?:content-length|transfer-encoding):[^\r]*\t/i;

/**
 * Whether a head, from its first byte to its empty line, is what the parser says of it and nothing more (RFC 9112 §2.1):
 * a request line with single spaces and `HTTP/1.1`, then each field's name, a colon, its value with blanks around, CRLF.
 * No tab is among the blanks around a length or a coding.
 * Node's parser passes more than one space in the request line, empty lines before it and the names of two other
 * protocols, and says nothing of any.
 */
export function isHeadAsParsed(head: string, { method, url, rawHeaders }: ParsedHead): boolean {
  const line = `${method} ${url} HTTP/1.1\r\n`;
  if (!head.startsWith(line)) return false;
  let at = line.length;
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const name = rawHeaders[index] ?? '';
    const value = rawHeaders[index + 1] ?? '';
    if (!head.startsWith(name, at)) return false;
    at += name.length;
    if (!head.startsWith(':', at)) return false;
    at = afterBlanks(head, at + 1);
    if (!head.startsWith(value, at)) return false;
    at = afterBlanks(head, at + value.length);
    if (!head.startsWith('\r\n', at)) return false;
    at += 2;
  }
  return head.slice(at) === '\r\n' && !TABBED_FRAMING.test(head);
}

function afterBlanks(text: string, from: number): number {
  let at = from;
  while (text[at] === ' ' || text[at] === '\t') at += 1;
  return at;
}
