import { type FieldNode, MAX_NAME_BYTES, nodesBelow } from './field-tree.js';

/** The bytes are not a JSON text that all parsers read in the same way. The message says why, and never repeats a byte of the text. */
export class JsonFault extends Error {
  override readonly name = 'JsonFault';
}

/** The deepest nesting of objects and arrays. Parsers of many languages give up far below a thousand. */
export const MAX_DEPTH = 128;

/** The longest value from which a replacement is made, in bytes of its JSON text. */
const MAX_VALUE_BYTES = 65_536;

/** What may come next. The states of a number must stay in one block, from `minus` to `exponentDigits`: `step` compares with both ends. */
const State = {
  value: 0,
  firstItem: 1,
  firstName: 2,
  name: 3,
  colon: 4,
  afterValue: 5,
  string: 6,
  escape: 7,
  hex: 8,
  literal: 9,
  minus: 10,
  zero: 11,
  integer: 12,
  point: 13,
  fraction: 14,
  exponent: 15,
  exponentSign: 16,
  exponentDigits: 17,
  end: 18,
} as const;
type StateCode = (typeof State)[keyof typeof State];

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
const COLON = 0x3a;
const [OPEN_OBJECT, CLOSE_OBJECT] = [0x7b, 0x7d];
const [OPEN_ARRAY, CLOSE_ARRAY] = [0x5b, 0x5d];
const [ZERO, NINE, MINUS, PLUS, POINT] = [0x30, 0x39, 0x2d, 0x2b, 0x2e];
const ESCAPED = new Set(Buffer.from('"\\/bfnrt'));
const LITERALS = new Map(['true', 'false', 'null'].map((text) => [text.charCodeAt(0), Buffer.from(text)]));
const NO_NODES: readonly FieldNode[] = [];
const NOT_REPLACING = -1;

/** An object or array that has not ended. `items`: how many items of an array have begun. */
type Container = { isObject: boolean; nodes: readonly FieldNode[]; items: number };

/**
 * Replaces fields of a JSON text (RFC 8259) that arrives in pieces of any size, and leaves every other byte as it was:
 *
 *     JSON-text = ws value ws               object = "{" [ member *( "," member ) ] "}"       member = string ":" value
 *     value     = "false" / "null" / "true" / object / array / number / string
 *     array     = "[" [ value *( "," value ) ] "]"                   ws    = *( %x20 / %x09 / %x0A / %x0D )
 *     number    = [ "-" ] ( "0" / %x31-39 *DIGIT ) [ "." 1*DIGIT ] [ ( "e" / "E" ) [ "-" / "+" ] 1*DIGIT ]
 *     string    = %x22 *( UTF-8 from %x20 on, but not %x22 or %x5C / "\" ( one of "\/bfnrt / "u" 4HEXDIG ) ) %x22
 *
 * with `ws` around each of `[ ] { } : ,`. Anything else is a fault: a byte order mark, bytes that are no UTF-8, a second text
 * after the first. Replaced values are checked like all others. If a name occurs twice in an object, both values are
 * replaced. Names are compared after their escapes are decoded. Memory is bounded: it keeps the open containers, one name, and at
 * most one value.
 */
export class JsonRewriter {
  private state: StateCode = State.value;
  private readonly open: Container[] = [];
  /** The nodes of the value that comes next. */
  private next: readonly FieldNode[];
  /** How many containers were open when the value that is being replaced began; `NOT_REPLACING` outside of such a value. */
  private replacingAt = NOT_REPLACING;
  private isName = false;
  /** The raw bytes of a name so far, without quotes. Undefined if no pointer could match it. */
  private nameBytes: number[] | undefined;
  private nameLength = 0;
  private literal: Buffer = Buffer.alloc(0);
  /** In a literal: how many of its bytes have come. In a `\u` escape: how many hex digits are still to come. */
  private count = 0;
  /** Continuation bytes that a UTF-8 character still needs, and the range of the next one (RFC 3629 §4). */
  private utf8Left = 0;
  private utf8Low = 0x80;
  private utf8High = 0xbf;
  /** The bytes so far of the value from which a replacement will be made. */
  private value: Buffer[] = [];
  private valueLength = 0;
  private replacedFields = 0;
  private isEmpty = true;

  /**
   * @param root the fields, as `fieldTree` gives them
   * @param replacement the JSON value that replaces each field, or a function that makes it from the field's value. With a function, a
   *   value of more than 64 KiB is a fault. `push` throws what the function throws
   */
  constructor(
    root: FieldNode,
    private readonly replacement: Buffer | ((value: Buffer) => Buffer),
  ) {
    this.next = [root];
  }

  /** How many fields were replaced. */
  get replaced(): number {
    return this.replacedFields;
  }

  /** Takes the next bytes. Returns what can be sent now: slices of `piece`, and replacements. Throws JsonFault. */
  push(piece: Buffer): Buffer[] {
    if (piece.length > 0) this.isEmpty = false;
    const passed: Buffer[] = [];
    /** Start of the bytes that may be sent and are not in `passed` yet. */
    let from = 0;
    /** Start of the value that is being replaced, within this piece. */
    let valueFrom = 0;
    for (let at = 0; at < piece.length; at += 1) {
      const wasReplacing = this.replacingAt !== NOT_REPLACING;
      if (this.state === State.string && !this.isName) {
        at = this.skipPlain(piece, at);
        if (at === piece.length) break;
      }
      const byte = piece[at] as number;
      // A number ends before the byte that follows it. All other values end with a byte of their own.
      const endsNumber = this.endsNumber(byte);
      if (endsNumber) {
        this.valueEnded();
        if (wasReplacing && this.replacingAt === NOT_REPLACING) {
          passed.push(...this.replacementFor(piece.subarray(valueFrom, at)));
          from = at;
        }
      }
      const wasOutside = this.replacingAt === NOT_REPLACING;
      this.step(byte);
      if (wasOutside && this.replacingAt !== NOT_REPLACING) {
        if (at > from) passed.push(piece.subarray(from, at));
        if (Buffer.isBuffer(this.replacement)) passed.push(this.replacement);
        valueFrom = at;
      } else if (!wasOutside && this.replacingAt === NOT_REPLACING) {
        passed.push(...this.replacementFor(piece.subarray(valueFrom, at + 1)));
        from = at + 1;
      }
    }
    if (this.replacingAt !== NOT_REPLACING) this.keepOfValue(piece.subarray(valueFrom));
    else if (from < piece.length) passed.push(piece.subarray(from));
    return passed;
  }

  /** If the replacement is made from the value: that of the value which ends with these bytes. Otherwise `push` has written it already. */
  private replacementFor(last: Buffer): Buffer[] {
    if (Buffer.isBuffer(this.replacement)) return [];
    this.keepOfValue(last);
    const value = Buffer.concat(this.value);
    this.value = [];
    this.valueLength = 0;
    return [this.replacement(value)];
  }

  private keepOfValue(bytes: Buffer): void {
    if (Buffer.isBuffer(this.replacement)) return;
    this.valueLength += bytes.length;
    if (this.valueLength > MAX_VALUE_BYTES) throw new JsonFault('a value that is too long');
    this.value.push(Buffer.from(bytes));
  }

  /** Called when the bytes have ended. Throws JsonFault if the text is incomplete. No bytes at all are fine: an answer without a body. */
  end(): void {
    if (this.isEmpty) return;
    if (this.endsNumber(undefined)) this.valueEnded();
    if (this.state !== State.end) throw new JsonFault('the text ends too early');
  }

  /** Skips plain ASCII within a string. Most bytes of an answer are of that kind, so this makes the loop fast. */
  private skipPlain(piece: Buffer, from: number): number {
    let at = from;
    if (this.utf8Left > 0) return at;
    while (at < piece.length) {
      const byte = piece[at] as number;
      if (byte < 0x20 || byte > 0x7f || byte === QUOTE || byte === BACKSLASH) break;
      at += 1;
    }
    return at;
  }

  private endsNumber(byte: number | undefined): boolean {
    switch (this.state) {
      case State.zero:
        return byte !== POINT && !isExponent(byte);
      case State.integer:
        return !isDigit(byte) && byte !== POINT && !isExponent(byte);
      case State.fraction:
        return !isDigit(byte) && !isExponent(byte);
      case State.exponentDigits:
        return !isDigit(byte);
      default:
        return false;
    }
  }

  private step(byte: number): void {
    const { state } = this;
    if (state === State.string) this.inString(byte);
    else if (state === State.escape) this.inEscape(byte);
    else if (state === State.hex) this.inHex(byte);
    else if (state === State.literal) this.inLiteral(byte);
    else if (state >= State.minus && state <= State.exponentDigits) this.inNumber(byte);
    else this.between(byte);
  }

  /** Outside of strings, numbers and literals. */
  private between(byte: number): void {
    if (byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09) return;
    const { state } = this;
    if (state === State.afterValue) this.afterValue(byte);
    else if (state === State.name) this.beginName(byte);
    else if (state === State.firstName) {
      if (byte === CLOSE_OBJECT) this.close(true);
      else this.beginName(byte);
    } else if (state === State.firstItem && byte === CLOSE_ARRAY) this.close(false);
    else if (state === State.colon) {
      if (byte !== COLON) throw new JsonFault('a name without a colon');
      this.state = State.value;
    } else if (state === State.end) throw new JsonFault('more bytes after the text');
    else if (this.open.at(-1)?.isObject === false) this.beginItem(byte);
    else this.beginValue(byte);
  }

  private afterValue(byte: number): void {
    const container = this.open.at(-1);
    if (byte === COMMA) this.state = container?.isObject ? State.name : State.value;
    else if (byte === CLOSE_OBJECT || byte === CLOSE_ARRAY) this.close(byte === CLOSE_OBJECT);
    else throw new JsonFault('two values without a comma');
  }

  private beginItem(byte: number): void {
    const array = this.open.at(-1) as Container;
    this.next = array.nodes.length === 0 ? NO_NODES : nodesBelow(array.nodes, String(array.items));
    array.items += 1;
    this.beginValue(byte);
  }

  private beginName(byte: number): void {
    if (byte !== QUOTE) throw new JsonFault('a member without a name');
    this.isName = true;
    this.nameBytes = this.open.at(-1)?.nodes.length === 0 ? undefined : [];
    this.nameLength = 0;
    this.state = State.string;
  }

  private beginValue(byte: number): void {
    if (this.replacingAt === NOT_REPLACING && this.next.some(({ isField }) => isField)) {
      this.replacingAt = this.open.length;
      this.replacedFields += 1;
    }
    if (this.replacingAt !== NOT_REPLACING) this.next = NO_NODES;
    if (byte === QUOTE) {
      this.isName = false;
      this.state = State.string;
    } else if (byte === OPEN_OBJECT || byte === OPEN_ARRAY) this.enter(byte === OPEN_OBJECT);
    else if (byte === MINUS) this.state = State.minus;
    else if (byte === ZERO) this.state = State.zero;
    else if (isDigit(byte)) this.state = State.integer;
    else {
      const literal = LITERALS.get(byte);
      if (literal === undefined) throw new JsonFault('not the first byte of a value');
      this.literal = literal;
      this.count = 1;
      this.state = State.literal;
    }
  }

  private enter(isObject: boolean): void {
    if (this.open.length === MAX_DEPTH) throw new JsonFault('too deep');
    this.open.push({ isObject, nodes: this.next, items: 0 });
    this.state = isObject ? State.firstName : State.firstItem;
  }

  private close(isObject: boolean): void {
    const container = this.open.pop();
    if (container?.isObject !== isObject) throw new JsonFault('a closing bracket of the wrong kind');
    this.valueEnded();
  }

  private valueEnded(): void {
    if (this.replacingAt === this.open.length) this.replacingAt = NOT_REPLACING;
    this.state = this.open.length === 0 ? State.end : State.afterValue;
  }

  private inString(byte: number): void {
    if (this.utf8Left > 0) {
      if (byte < this.utf8Low || byte > this.utf8High) throw new JsonFault('not UTF-8');
      this.utf8Left -= 1;
      this.utf8Low = 0x80;
      this.utf8High = 0xbf;
    } else if (byte === QUOTE) {
      this.stringEnded();
      return;
    } else if (byte === BACKSLASH) this.state = State.escape;
    else if (byte < 0x20) throw new JsonFault('a control character in a string');
    else if (byte > 0x7f) this.beginCharacter(byte);
    this.keepOfName(byte);
  }

  /** RFC 3629 §4: no overlong forms, no surrogates, nothing above U+10FFFF. */
  private beginCharacter(byte: number): void {
    if (byte >= 0xc2 && byte <= 0xdf) this.utf8Left = 1;
    else if (byte >= 0xe0 && byte <= 0xef) this.utf8Left = 2;
    else if (byte >= 0xf0 && byte <= 0xf4) this.utf8Left = 3;
    else throw new JsonFault('not UTF-8');
    if (byte === 0xe0) this.utf8Low = 0xa0;
    else if (byte === 0xed) this.utf8High = 0x9f;
    else if (byte === 0xf0) this.utf8Low = 0x90;
    else if (byte === 0xf4) this.utf8High = 0x8f;
  }

  private inEscape(byte: number): void {
    if (byte === 0x75) {
      this.count = 4;
      this.state = State.hex;
    } else if (ESCAPED.has(byte)) this.state = State.string;
    else throw new JsonFault('an unknown escape');
    this.keepOfName(byte);
  }

  private inHex(byte: number): void {
    if (!isHex(byte)) throw new JsonFault('an escape without four hex digits');
    this.count -= 1;
    if (this.count === 0) this.state = State.string;
    this.keepOfName(byte);
  }

  private inLiteral(byte: number): void {
    if (byte !== this.literal[this.count]) throw new JsonFault('not true, false or null');
    this.count += 1;
    if (this.count === this.literal.length) this.valueEnded();
  }

  /** Called only with a byte that does not end the number. */
  private inNumber(byte: number): void {
    const { state } = this;
    if (state === State.minus && byte === ZERO) this.state = State.zero;
    else if (state === State.minus && isDigit(byte)) this.state = State.integer;
    else if (state === State.point && isDigit(byte)) this.state = State.fraction;
    else if (state === State.exponent && (byte === PLUS || byte === MINUS)) this.state = State.exponentSign;
    else if ((state === State.exponent || state === State.exponentSign) && isDigit(byte))
      this.state = State.exponentDigits;
    else if ((state === State.zero || state === State.integer) && byte === POINT) this.state = State.point;
    else if (
      isExponent(byte) &&
      (state === State.zero || state === State.integer || state === State.fraction)
    )
      this.state = State.exponent;
    else if (!isDigit(byte)) throw new JsonFault('not a number');
  }

  private keepOfName(byte: number): void {
    if (!this.isName || this.nameBytes === undefined) return;
    this.nameLength += 1;
    // No pointer has a longer name, so its bytes are not kept.
    if (this.nameLength <= MAX_NAME_BYTES) this.nameBytes.push(byte);
  }

  private stringEnded(): void {
    if (!this.isName) {
      this.valueEnded();
      return;
    }
    const nodes = this.open.at(-1)?.nodes ?? NO_NODES;
    this.next = this.nameBytes === undefined ? NO_NODES : nodesBelow(nodes, this.readName(this.nameBytes));
    this.nameBytes = undefined;
    this.isName = false;
    this.state = State.colon;
  }

  private readName(bytes: readonly number[]): string | undefined {
    if (this.nameLength > MAX_NAME_BYTES) return undefined;
    return JSON.parse(`"${Buffer.from(bytes).toString('utf8')}"`) as string;
  }
}

function isDigit(byte: number | undefined): boolean {
  return byte !== undefined && byte >= ZERO && byte <= NINE;
}

function isExponent(byte: number | undefined): boolean {
  return byte === 0x65 || byte === 0x45;
}

function isHex(byte: number): boolean {
  const letter = byte | 0x20;
  return isDigit(byte) || (letter >= 0x61 && letter <= 0x66);
}
