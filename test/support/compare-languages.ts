type Texts = Readonly<Record<string, unknown>>;

/** English texts that are rightly the same in German: names, formats, and words that both languages share. */
const SAME_IN_BOTH = new Set([
  ...['Countersign', 'Slack', 'in Slack', 'In Slack', 'Splunk HEC', 'Syslog (TLS)', 'OCSF 1.8.0'],
  ...['CSV', 'JSON', 'JSON Lines', 'JSON Lines (HTTPS)', 'Bytes'],
  ...['Admin', 'Browser', 'Gateway', 'Gateways', 'Live', 'Migration', 'Name', 'Organisation'],
  ...['Passkey', 'Passkeys', 'Ticket', 'Ticket:', 'Version'],
]);
/** The same for texts with values, each as the function that makes it. */
const SAME_FUNCTIONS = [
  /^\(ticket\)\s*=>\s*`Ticket \$\{ticket\}`$/,
  /^\(seq\)\s*=>\s*`Version \$\{seq\}`$/,
  / in \$\{service\}`$/,
];

/** A text without any word: a sign, a number, or a function that only joins its values. */
const hasWords = (text: unknown): boolean =>
  typeof text === 'function'
    ? /['"`][^'"`]*\p{L}{2}/u.test(String(text).replace(/\$\{[^}]*\}/g, ''))
    : /\p{L}{2}/u.test(String(text));

/** A function is compared by its source, because its values are not known here. */
function isStillEnglish(en: unknown, de: unknown): boolean {
  const source = String(en).replace(/\s+/g, ' ');
  if (source !== String(de).replace(/\s+/g, ' ') || !hasWords(en)) return false;
  return typeof en === 'function'
    ? !SAME_FUNCTIONS.some((each) => each.test(source))
    : !SAME_IN_BOTH.has(source);
}

/** What is wrong between two languages, each with its path: a text that one lacks, or a German text that is still English. */
export function compareLanguages(en: unknown, de: unknown, path: string): string[] {
  const isNested = (value: unknown): value is Texts => typeof value === 'object' && value !== null;
  if (isNested(en) && isNested(de)) {
    const keys = [...new Set([...Object.keys(en), ...Object.keys(de)])];
    return keys.flatMap((key) => compareLanguages(en[key], de[key], `${path}.${key}`));
  }
  // A text that both languages leave out on purpose.
  if (en === null && de === null) return [];
  if (typeof en !== typeof de || (en === '') !== (de === '')) return [`${path}: only in one language`];
  return isStillEnglish(en, de) ? [`${path}: still English (${String(en)})`] : [];
}
