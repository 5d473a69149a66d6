/** How the parts of a text are shown; each gets and gives what is ready to be put together. */
export interface Show {
  text(plain: string): string;
  bold(inner: string): string;
  italic(inner: string): string;
  strike(inner: string): string;
  code(plain: string): string;
  pre(plain: string): string;
  link(url: string, label: string): string;
  /** A person, a channel, or everybody: `U0ADA`, `C0LOCKBOX`, `!channel`. */
  mention(what: string): string;
  /** @param seconds since the epoch */
  date(seconds: number, format: string, fallback: string): string;
}

const unescaped = (text: string): string =>
  text.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&');

/** Fences, code, what stands between angle brackets, and addresses that Slack makes links of by itself. */
const TOKENS = /```([\s\S]+?)```|`([^`\n]+)`|<([^<>\n]+)>|(https?:\/\/[^\s<>|]+|www\.[^\s<>|]+)/g;
const HOLE = '\uE000';
const HOLES = new RegExp(`${HOLE}(\\d+)${HOLE}`, 'g');

const EMPHASIS = ['*', '_', '~'] as const;
const emphasised = (mark: string): RegExp =>
  new RegExp(`(?<![\\p{L}\\p{N}])[${mark}](?=\\S)([^${mark}\\n]*?\\S)[${mark}](?![\\p{L}\\p{N}])`, 'gu');

/**
 * Shows Slack's mrkdwn. https://docs.slack.dev/messaging/formatting-message-text
 * @param verbatim leaves bare addresses alone
 */
export function showMrkdwn(source: string, show: Show, verbatim = false): string {
  const pieces: string[] = [];
  const hold = (shown: string): string => `${HOLE}${pieces.push(shown) - 1}${HOLE}`;
  let text = source.replace(TOKENS, (whole, fence, code, angled, bare) => {
    if (fence !== undefined) return hold(show.pre(unescaped(fence.replace(/^\n|\n$/g, ''))));
    if (code !== undefined) return hold(show.code(unescaped(code)));
    if (angled !== undefined) return hold(angle(angled, show));
    return verbatim ? whole : hold(show.link(unescaped(bare), unescaped(bare)));
  });
  const marks = { '*': show.bold, _: show.italic, '~': show.strike };
  const parts: string[] = [];
  const wrap = (inner: string): string => `\uE001${parts.push(inner) - 1}\uE001`;
  for (const mark of EMPHASIS) text = text.replace(emphasised(mark), (_, inner) => wrap(`${mark}${inner}`));
  const plain = (part: string): string =>
    part
      .split(/(\uE000\d+\uE000|\uE001\d+\uE001)/)
      .map((piece) => {
        if (piece.startsWith('\uE001')) {
          const inner = String(parts[Number(piece.slice(1, -1))]);
          return marks[inner[0] as '*'](plain(inner.slice(1)));
        }
        return piece.startsWith(HOLE) ? piece : show.text(unescaped(piece));
      })
      .join('');
  return plain(text).replace(HOLES, (_, index) => String(pieces[Number(index)]));
}

function angle(inner: string, show: Show): string {
  const bar = inner.indexOf('|');
  const target = bar < 0 ? inner : inner.slice(0, bar);
  const label = bar < 0 ? '' : unescaped(inner.slice(bar + 1));
  if (target.startsWith('@') || target.startsWith('#')) return show.mention(target.slice(1));
  const date = /^!date\^(\d+)\^([^^]+)(?:\^(.+))?$/.exec(target);
  if (date !== null) return show.date(Number(date[1]), unescaped(String(date[2])), label);
  if (target.startsWith('!')) return show.mention(target);
  const url = unescaped(target);
  return show.link(url, label === '' ? url : label);
}
