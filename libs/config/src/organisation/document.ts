import {
  type Document,
  isAlias,
  isMap,
  isSeq,
  LineCounter,
  type Node,
  parseDocument,
  type YAMLError,
} from 'yaml';
import type { OrganisationProblem, Path } from './problem.js';

/** Room for ten thousand tenants with their people; more is not an organisation file. */
export const MAX_FILE_BYTES = 16 * 1024 ** 2;

/** How often aliases may be expanded: enough for a shared list, far too little for a "billion laughs". */
const MAX_ALIASES = 100;

/** One slip in YAML is often followed by many faults that mean nothing of their own. */
const MAX_FAULTS = 20;

const TOO_DEEP = 'is nested too deeply';

export type YamlFile = { ok: true; value: unknown; lineOf(path: Path): number | undefined };
export type YamlReading = YamlFile | { ok: false; problems: OrganisationProblem[] };

/**
 * Reads YAML 1.2 (or JSON) with the limits that text from elsewhere needs: size, alias expansion, nesting,
 * no repeated keys, no custom tags, one document. Never throws.
 */
export function readYaml(source: string): YamlReading {
  if (Buffer.byteLength(source) > MAX_FILE_BYTES) {
    return refusal(`is larger than ${MAX_FILE_BYTES / 1024 ** 2} MiB`);
  }
  const lines = new LineCounter();
  try {
    const document = parseDocument(source, { lineCounter: lines, uniqueKeys: true, strict: true });
    const faults = [...document.errors, ...document.warnings];
    if (faults.some(({ message }) => message.includes('call stack'))) return refusal(TOO_DEEP);
    if (faults.length > 0) return { ok: false, problems: faults.slice(0, MAX_FAULTS).map(said(lines)) };
    const value: unknown = document.toJS({ maxAliasCount: MAX_ALIASES });
    return { ok: true, value, lineOf: (path) => lineOf(document, lines, path) };
  } catch (error) {
    return refusal(
      error instanceof RangeError
        ? 'is nested too deeply'
        : 'uses YAML aliases in a way that is not accepted',
    );
  }
}

const said =
  (lines: LineCounter) =>
  ({ code, message, pos }: YAMLError): OrganisationProblem => ({
    pointer: '',
    detail:
      code === 'MULTIPLE_DOCS'
        ? 'holds more than one YAML document'
        : `is not valid YAML: ${message.split('\n')[0]?.replace(/ at line .*$/, '')}`,
    line: lines.linePos(pos[0]).line,
  });

const refusal = (detail: string): YamlReading => ({ ok: false, problems: [{ pointer: '', detail }] });

/** The line of the member at `path`, or of the nearest member around it where the file does not have it. */
function lineOf(document: Document, lines: LineCounter, path: Path): number | undefined {
  let node: unknown = document.contents;
  let offset = rangeStart(node);
  for (const step of path) {
    if (isAlias(node)) node = node.resolve(document);
    if (isMap(node)) {
      const pair = node.items.find((item) => keyText(item.key) === String(step));
      if (pair === undefined) break;
      offset = rangeStart(pair.key) ?? offset;
      node = pair.value;
    } else if (isSeq(node)) {
      node = node.items[Number(step)];
      if (node === undefined) break;
      offset = rangeStart(node) ?? offset;
    } else break;
  }
  return offset === undefined ? undefined : lines.linePos(offset).line;
}

const rangeStart = (node: unknown): number | undefined => (node as Node | null | undefined)?.range?.[0];

const keyText = (key: unknown): string =>
  typeof key === 'object' && key !== null && 'value' in key ? String(key.value) : String(key);
