import { createRequire } from 'node:module';

/** A message as Node's own parser (llhttp, which undici uses too) reads it. */
export type ParsedMessage = {
  minorVersion: number;
  method: string | undefined;
  url: string;
  status: number | undefined;
  /** Names in lower case. */
  fields: [name: string, value: string][];
  body: string;
  isWhole: boolean;
  isUpgrade: boolean;
};

/** The parser's callbacks are members with numbers as names. */
type Parser = {
  initialize(type: number, resource: object, maxHeaderSize: number, lenient: number): void;
  execute(bytes: Buffer): number | Error;
  finish(): number | Error | undefined;
  close(): void;
  [callback: number]: (...args: never[]) => unknown;
};
type ParserConstructor = {
  new (): Parser;
  REQUEST: number;
  RESPONSE: number;
  kOnHeaders: number;
  kOnHeadersComplete: number;
  kOnBody: number;
  kOnMessageComplete: number;
};

const { HTTPParser, methods } = createRequire(import.meta.url)('_http_common') as {
  HTTPParser: ParserConstructor;
  methods: string[];
};

const MAX_HEADER_BYTES = 1 << 20;

/**
 * All messages of a connection as Node's parser reads them, up to its first error. `isToHead`: the responses answer HEAD.
 * With `toEnd` the peer then closes its side.
 */
export function parseWithNode(
  kind: 'request' | 'response',
  pieces: readonly Buffer[],
  { isToHead = false, toEnd = false }: { isToHead?: boolean; toEnd?: boolean } = {},
): ParsedMessage[] {
  const messages: ParsedMessage[] = [];
  let more: string[] = [];
  let moreUrl = '';
  const last = () => messages.at(-1) as ParsedMessage;
  const parser = new HTTPParser();
  parser.initialize(kind === 'request' ? HTTPParser.REQUEST : HTTPParser.RESPONSE, {}, MAX_HEADER_BYTES, 0);
  parser[HTTPParser.kOnHeaders] = (fields: string[], url: string) => {
    more.push(...fields);
    moreUrl += url;
  };
  parser[HTTPParser.kOnHeadersComplete] = (
    _major: number,
    minorVersion: number,
    input: string[] | undefined,
    method: number | undefined,
    url: string | undefined,
    status: number | undefined,
    _reason: string,
    isUpgrade: boolean,
  ) => {
    const flat = input ?? more;
    const fields: [string, string][] = [];
    for (let at = 0; at < flat.length; at += 2)
      fields.push([(flat[at] ?? '').toLowerCase(), flat[at + 1] ?? '']);
    const named = method === undefined ? undefined : methods[method];
    const message = { minorVersion, method: named, url: url ?? moreUrl, status, fields, isUpgrade };
    messages.push({ ...message, body: '', isWhole: false });
    more = [];
    moreUrl = '';
    return isToHead ? 1 : 0;
  };
  parser[HTTPParser.kOnBody] = (bytes: Buffer) => {
    last().body += bytes.toString('latin1');
  };
  parser[HTTPParser.kOnMessageComplete] = () => {
    last().isWhole = true;
  };
  const isRead = pieces.every((piece) => !(parser.execute(piece) instanceof Error));
  if (isRead && toEnd) parser.finish();
  parser.close();
  return messages;
}
