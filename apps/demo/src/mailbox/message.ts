/** A mail as the mailbox shows it. `html` is null if it has none; `at` is when it arrived, RFC 3339. */
export type Message = { to: string; subject: string; text: string; html: string | null; at: string };

/**
 * Reads a mail of our own mailer: its headers, and its first parts of plain text and of HTML. It is no general parser of RFC 5322.
 */
export function readMessage(raw: string, to: string, at: string): Message {
  const { headers, body } = split(raw);
  const subject = decodeWords(headers.get('subject') ?? '');
  return { to, subject, text: partOf(headers, body, 'plain') ?? '', html: partOf(headers, body, 'html'), at };
}

function split(raw: string): { headers: Map<string, string>; body: string } {
  const end = raw.search(/\r?\n\r?\n/);
  const head = (end < 0 ? raw : raw.slice(0, end)).replace(/\r?\n[ \t]+/g, ' ');
  const pairs = head.split(/\r?\n/).map((line): [string, string] => {
    const colon = line.indexOf(':');
    return [line.slice(0, colon).trim().toLowerCase(), line.slice(colon + 1).trim()];
  });
  return { headers: new Map(pairs), body: end < 0 ? '' : raw.slice(end).replace(/^\r?\n\r?\n/, '') };
}

/** The first part of this kind of text, decoded; null if there is none. */
function partOf(headers: Map<string, string>, body: string, kind: 'plain' | 'html'): string | null {
  const type = headers.get('content-type') ?? 'text/plain';
  const boundary = /boundary="?([^";]+)"?/i.exec(type)?.[1];
  if (boundary !== undefined) {
    const parts = body
      .split(`--${boundary}`)
      .slice(1, -1)
      .map((part) => split(part.replace(/^\r?\n/, '')));
    const found = parts.find((part) => isText(part.headers.get('content-type') ?? '', kind));
    return found === undefined ? null : partOf(found.headers, found.body, kind);
  }
  if (!isText(type, kind)) return null;
  return decodeBody(body, headers.get('content-transfer-encoding')?.toLowerCase())
    .replaceAll('\r\n', '\n')
    .trim();
}

const isText = (type: string, kind: 'plain' | 'html'): boolean =>
  type.toLowerCase().startsWith(`text/${kind}`);

function decodeBody(body: string, encoding: string | undefined): string {
  if (encoding === 'base64') return Buffer.from(body, 'base64').toString('utf8');
  return encoding === 'quoted-printable' ? quotedPrintable(body.replace(/=\r?\n/g, '')) : body;
}

const quotedPrintable = (text: string): string =>
  Buffer.from(
    text.replace(/=([0-9A-F]{2})/gi, (_all, hex: string) => String.fromCharCode(Number.parseInt(hex, 16))),
    'latin1',
  ).toString('utf8');

/** Encoded words in a header (RFC 2047). */
const decodeWords = (text: string): string =>
  text
    .replace(/\?=\s+=\?/g, '?==?')
    .replace(/=\?utf-8\?([BQ])\?([^?]*)\?=/gi, (_all, kind: string, word: string) =>
      kind.toUpperCase() === 'B'
        ? Buffer.from(word, 'base64').toString('utf8')
        : quotedPrintable(word.replaceAll('_', ' ')),
    );
