import type { ScopeEntry, Terms } from '@countersign/contract';
import { counterTerms, type Narrowing, onlyObjects, type Routed, readOnly } from './presets.js';
import { inFolder, typedNames } from './words/typed-names.js';

/** What the approver has chosen to grant, as the form holds it. */
export interface Choice {
  /** `resource action` pairs that stay. */
  kept: ReadonlySet<string>;
  /** Objects as typed; empty: all that was asked. */
  objects: string;
  minutes: string;
}

export const pairOf = (resource: string, action: string): string => `${resource} ${action}`;

const allPairs = (scope: readonly ScopeEntry[]): Set<string> =>
  new Set(scope.flatMap(({ resource, actions }) => actions.map((action) => pairOf(resource, action))));

/** Everything as asked. */
export const wholeChoice = (terms: Terms): Choice => ({
  kept: allPairs(terms.scope),
  objects: '',
  minutes: minutesText(terms.seconds),
});

export const minutesText = (seconds: number): string => String(Math.round((seconds / 60) * 100) / 100);

/** The pairs that only look and do not touch; null where nothing of the kind was asked for. */
export function readOnlyPairs(terms: Terms, service: Routed): Set<string> | null {
  const narrowed = readOnly(terms, service);
  return narrowed?.scope === undefined ? null : allPairs(narrowed.scope);
}

export type Outcome =
  | { kind: 'whole' }
  | { kind: 'less'; terms: Terms }
  | { kind: 'wrong'; why: 'nothing_left' | 'unknown_object' | 'bad_time' };

/** What deciding by this choice would grant: the terms as asked, less, or nothing that can be granted. */
export function outcomeOf(terms: Terms, digest: string, choice: Choice): Outcome {
  const seconds = Math.round(Number(choice.minutes.replace(',', '.')) * 60);
  if (!Number.isFinite(seconds) || seconds < 1 || seconds > terms.seconds)
    return { kind: 'wrong', why: 'bad_time' };
  const kept = keptScope(terms.scope, choice.kept);
  if (kept.length === 0) return { kind: 'wrong', why: 'nothing_left' };
  const objects = objectsOf(choice.objects, kept);
  const scope = objects.length === 0 ? kept : onlyObjects({ ...terms, scope: kept }, objects)?.scope;
  if (scope === undefined) return { kind: 'wrong', why: 'unknown_object' };
  const isWhole =
    seconds === terms.seconds && objects.length === 0 && choice.kept.size === allPairs(terms.scope).size;
  if (isWhole) return { kind: 'whole' };
  const change: Narrowing = { scope, seconds };
  return { kind: 'less', terms: counterTerms(terms, digest, change) };
}

function keptScope(scope: readonly ScopeEntry[], kept: ReadonlySet<string>): ScopeEntry[] {
  return scope
    .map(({ resource, actions }) => ({
      resource,
      actions: actions.filter((action) => kept.has(pairOf(resource, action))),
    }))
    .filter(({ actions }) => actions.length > 0);
}

/** `inv-1001, inv-1002` under `invoices/*` → `invoices/inv-1001`, …; a name with a slash stands for itself. */
function objectsOf(typed: string, scope: readonly ScopeEntry[]): string[] {
  const folder = scope.map(({ resource }) => /^(.+)\/\*\*?$/.exec(resource)?.[1]).find(Boolean);
  return typedNames(typed).map((name) => (folder === undefined ? name : inFolder(folder, name)));
}
