const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COLON = 0x3a;
const OPEN_LIST = 0x5b;
const CLOSE_LIST = 0x5d;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;

/**
 * Whether some object in the text, at any depth, has two members of one name. Parsers keep the first or the last of two, so
 * that two checkers could read two tokens in one. One pass over text that `JSON.parse` has accepted; names are compared
 * after their escapes are resolved.
 */
export function hasDuplicateMember(json: string): boolean {
  /** Names seen in each open object; undefined stands for an open list. */
  const open: (Set<string> | undefined)[] = [];
  for (let at = 0; at < json.length; at++) {
    const char = json.charCodeAt(at);
    if (char === OPEN_OBJECT) open.push(new Set());
    else if (char === OPEN_LIST) open.push(undefined);
    else if (char === CLOSE_OBJECT || char === CLOSE_LIST) open.pop();
    else if (char === QUOTE) {
      const end = closingQuote(json, at);
      const names = open.at(-1);
      if (names !== undefined && isName(json, end)) {
        const name = nameBetween(json, at, end);
        if (names.has(name)) return true;
        names.add(name);
      }
      at = end;
    }
  }
  return false;
}

function closingQuote(json: string, start: number): number {
  for (let at = json.indexOf('"', start + 1); at !== -1; at = json.indexOf('"', at + 1)) {
    let escapes = at;
    while (json.charCodeAt(escapes - 1) === BACKSLASH) escapes--;
    if ((at - escapes) % 2 === 0) return at;
  }
  return json.length;
}

/** In valid JSON a string is a member's name exactly when a colon follows. */
function isName(json: string, end: number): boolean {
  let at = end + 1;
  while (at < json.length && json.charCodeAt(at) <= 0x20) at++;
  return json.charCodeAt(at) === COLON;
}

function nameBetween(json: string, start: number, end: number): string {
  const raw = json.slice(start + 1, end);
  return raw.includes('\\') ? String(JSON.parse(json.slice(start, end + 1))) : raw;
}
