/** A reader. Slack shows each reader times in their own zone. */
export interface Reader {
  zone: string;
}

type Style = Intl.DateTimeFormatOptions;

const LONG: Style = { weekday: 'long', month: 'long', day: 'numeric', year: 'numeric' };
const SHORT: Style = { month: 'short', day: 'numeric', year: 'numeric' };
const PLAIN: Style = { month: 'long', day: 'numeric', year: 'numeric' };
const TIME: Style = { hour: 'numeric', minute: '2-digit' };

/** Slack's words for parts of a date. https://docs.slack.dev/messaging/formatting-message-text#date-formatting */
const PARTS: Record<string, Style> = {
  date_num: { year: 'numeric', month: '2-digit', day: '2-digit' },
  date_slash: { year: 'numeric', month: '2-digit', day: '2-digit' },
  date: PLAIN,
  date_pretty: PLAIN,
  date_short: SHORT,
  date_short_pretty: SHORT,
  date_long: LONG,
  date_long_pretty: LONG,
  date_long_full: LONG,
  time: TIME,
  time_secs: { ...TIME, second: '2-digit' },
};

/** `{date_short} at {time}` as this reader sees it; the fallback where a part is unknown. */
export function showDate(seconds: number, format: string, fallback: string, { zone }: Reader): string {
  let known = true;
  const shown = format.replace(/\{(\w+)\}/g, (_, part: string) => {
    const style = PARTS[part];
    known &&= style !== undefined;
    if (style === undefined) return '';
    // Intl writes a narrow no-break space before AM and PM.
    return formatOf(part, style, zone)
      .format(seconds * 1000)
      .replaceAll('\u202f', ' ');
  });
  return known ? shown : fallback;
}

/** To make one takes a tenth of a millisecond, and tests read the same cards again and again. */
const formats = new Map<string, Intl.DateTimeFormat>();

function formatOf(part: string, style: Style, zone: string): Intl.DateTimeFormat {
  const known = formats.get(`${part} ${zone}`);
  if (known !== undefined) return known;
  const format = new Intl.DateTimeFormat('en-US', { ...style, timeZone: zone });
  formats.set(`${part} ${zone}`, format);
  return format;
}
