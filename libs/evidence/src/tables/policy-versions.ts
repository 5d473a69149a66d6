import { saidIn } from '@countersign/audit-log';
import { canonicalJson } from '@countersign/contract';
import { isBefore, isBeforePeriod, isInPeriod, type PackContext } from '../pack-context.js';
import { datum, type PackLeaf } from '../pack-leaf.js';
import { type Cell, type RowSource, TablePart } from './part.js';

const COLUMNS = ['kind', 'log', 'leaf', 'at', 'author', 'cause', 'inForce', 'difference'] as const;
type PolicyRow = Readonly<Record<(typeof COLUMNS)[number], Cell>>;

/** One member that a version changes: a JSON Pointer (RFC 6901), and the values before and after. */
interface Difference {
  pointer: string;
  before: unknown;
  after: unknown;
}

/** What a version changes. Objects are compared member by member, anything else as a whole. */
export function differences(before: unknown, after: unknown, pointer = ''): Difference[] {
  if (canonicalJson(before ?? null) === canonicalJson(after ?? null)) return [];
  if (!isRecord(before) || !isRecord(after))
    return [{ pointer, before: before ?? null, after: after ?? null }];
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])].sort();
  return names.flatMap((name) =>
    differences(before[name], after[name], `${pointer}/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`),
  );
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const differenceText = ({ pointer, before, after }: Difference): string =>
  `${pointer === '' ? '(all)' : pointer}: ${canonicalJson(before)} → ${canonicalJson(after)}`;

/** Leaves that are a new version of a document, by type, and the kind of document. */
const KINDS: Readonly<Record<string, string>> = {
  'tenant.add': 'privacy-controls',
  'tenant.change': 'privacy-controls',
  'log.settings': 'log-settings',
  'vendor.applied': 'vendor-policy',
  'trust.adopted': 'trust-document',
};

/**
 * A row for each version of the tenant's privacy controls, its trust document, its log's settings and the vendor's policy that was
 * in force in the period: the last ones from before, and each new one with its author and what it changes.
 */
class PolicyVersions implements RowSource<(typeof COLUMNS)[number]> {
  readonly #before = new Map<string, PolicyRow>();
  readonly #rows: PolicyRow[] = [];
  /** Trust documents that were proposed, by their hash. */
  readonly #proposed = new Map<string, { by: string; document: unknown }>();
  #trust: unknown = null;

  constructor(private readonly context: PackContext) {
    for (const leaf of [...context.earlier, ...context.deploymentLeaves]) this.note(leaf);
  }

  take(leaf: PackLeaf): PolicyRow[] {
    this.note(leaf);
    return [];
  }

  end(): PolicyRow[] {
    return [...this.#before.values(), ...this.#rows];
  }

  private note(leaf: PackLeaf): void {
    const { type, data, actor } = leaf.leaf;
    const said = saidIn(leaf.leaf);
    if (said.type === 'trust.proposed')
      this.#proposed.set(said.data.hash, { by: actor, document: said.data.document });
    const kind = KINDS[type];
    if (kind === undefined || !isBefore(leaf.leaf.at, this.context.period.to)) return;
    const row =
      kind === 'trust-document' ? this.trustRow(leaf) : this.row(leaf, kind, data['before'], data['after']);
    if (isBeforePeriod(this.context, leaf)) this.#before.set(kind, row);
    else if (isInPeriod(this.context, leaf)) this.#rows.push(row);
  }

  private trustRow(leaf: PackLeaf): PolicyRow {
    const hash = String(datum(leaf, 'hash'));
    const { by, document } = this.#proposed.get(hash) ?? { by: '', document: hash };
    const row = { ...this.row(leaf, 'trust-document', this.#trust, document), author: by, cause: hash };
    this.#trust = document;
    return row;
  }

  private row(leaf: PackLeaf, kind: string, before: unknown, after: unknown): PolicyRow {
    const cause = datum(leaf, 'widening') ?? datum(leaf, 'proposal');
    return {
      ...{ kind, log: leaf.leaf.tenant, leaf: leaf.index, at: leaf.leaf.at, author: leaf.leaf.actor, cause },
      inForce: isBeforePeriod(this.context, leaf) ? 'when the period began' : 'from then on',
      difference: differences(before ?? null, after ?? null).map(differenceText),
    };
  }
}

/** The table of the rules that were in force, with the author and the difference of each version. */
export const policyPart = (context: PackContext) =>
  new TablePart('policy/versions', COLUMNS, new PolicyVersions(context));
