/** A syslog message as RFC 5424 defines it. */
export interface SyslogMessage {
  facility: number;
  severity: number;
  timestamp: string;
  host: string;
  app: string;
  process: string;
  messageId: string;
  /** Parameters by the id of their element. */
  data: Record<string, Record<string, string>>;
  text: string;
}

const PRINTABLE = '[\\x21-\\x7e]';
const TIME = '\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d(?:\\.\\d{1,6})?(?:Z|[+-]\\d\\d:\\d\\d)';
const HEADER = new RegExp(
  `^<(0|[1-9]\\d{0,2})>1 (-|${TIME}) (-|${PRINTABLE}{1,255}) (-|${PRINTABLE}{1,48}) (-|${PRINTABLE}{1,128}) (-|${PRINTABLE}{1,32}) `,
);
const NAME = /^[\x21\x23-\x3c\x3e-\x5c\x5e-\x7e]{1,32}/;

/** Reads a message by the grammar of RFC 5424, section 6, and nothing beyond it. @throws Error if it does not fit */
export function parseSyslog(message: string): SyslogMessage {
  const found = HEADER.exec(message);
  if (found === null) throw new Error(`no syslog header: ${message.slice(0, 80)}`);
  const [header, priority = '', timestamp = '', host = '', app = '', process = '', messageId = ''] = found;
  if (Number(priority) > 191) throw new Error(`no priority: ${priority}`);
  const reader = new Reader(message, header.length);
  const data = reader.structuredData();
  const text = reader.rest();
  // Without a byte-order mark only ASCII is unambiguous.
  if (!text.startsWith('\ufeff') && !/^[ -~]*$/.test(text)) throw new Error('not ASCII, and no mark');
  const [facility, severity] = [Math.floor(Number(priority) / 8), Number(priority) % 8];
  return { facility, severity, timestamp, host, app, process, messageId, data, text };
}

class Reader {
  constructor(
    private readonly text: string,
    private at: number,
  ) {}

  structuredData(): SyslogMessage['data'] {
    if (this.take('-')) return {};
    const elements: SyslogMessage['data'] = {};
    if (this.text[this.at] !== '[') throw new Error('no structured data');
    while (this.take('[')) {
      const id = this.name();
      if (elements[id] !== undefined) throw new Error(`the element ${id} comes twice`);
      const parameters: Record<string, string> = {};
      while (this.take(' ')) {
        const name = this.name();
        if (!this.take('=') || !this.take('"')) throw new Error(`no value of ${name}`);
        parameters[name] = this.value();
      }
      if (!this.take(']')) throw new Error(`the element ${id} does not end`);
      elements[id] = parameters;
    }
    return elements;
  }

  rest(): string {
    if (this.at === this.text.length) return '';
    if (!this.take(' ')) throw new Error('no space before the message');
    return this.text.slice(this.at);
  }

  private name(): string {
    const name = NAME.exec(this.text.slice(this.at, this.at + 33))?.[0];
    if (name === undefined) throw new Error('no name');
    this.at += name.length;
    return name;
  }

  private value(): string {
    let value = '';
    for (;;) {
      const next = this.text[this.at++];
      if (next === undefined) throw new Error('a value does not end');
      if (next === '"') return value;
      if (next === ']') throw new Error('a bracket that is not escaped');
      if (next !== '\\') value += next;
      else if (/["\\\]]/.test(this.text[this.at] ?? '')) value += this.text[this.at++];
      else value += '\\';
    }
  }

  private take(character: string): boolean {
    if (this.text[this.at] !== character) return false;
    this.at += 1;
    return true;
  }
}

/** Cuts a stream into messages by octet counting (RFC 6587, section 3.4.1), whatever the pieces that it arrives in. */
export class SyslogFrames {
  #rest = Buffer.alloc(0);

  /** @returns the messages that are complete now. @throws Error for a stream that is not framed so */
  add(piece: Buffer): string[] {
    this.#rest = Buffer.concat([this.#rest, piece]);
    const messages: string[] = [];
    for (;;) {
      const space = this.#rest.indexOf(0x20);
      const head = this.#rest.subarray(0, space === -1 ? this.#rest.length : space).toString('latin1');
      if (head !== '' && !/^[1-9]\d{0,9}$/.test(head)) throw new Error(`no length: ${head.slice(0, 20)}`);
      if (space === -1) return messages;
      const end = space + 1 + Number(head);
      if (this.#rest.length < end) return messages;
      messages.push(new TextDecoder('utf-8', { fatal: true }).decode(this.#rest.subarray(space + 1, end)));
      this.#rest = this.#rest.subarray(end);
    }
  }

  /** True if the stream may end here. */
  get isBetweenMessages(): boolean {
    return this.#rest.length === 0;
  }
}
