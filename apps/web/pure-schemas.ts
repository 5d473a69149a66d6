import type { Plugin } from 'vite';
// biome-ignore-start lint/style/noRestrictedImports: Vite loads this file before it knows the names of libraries
import { EVENT_FORMS } from '../../libs/contract/src/events/forms.js';
import { EVENT_TYPES } from '../../libs/contract/src/events/names.js';
import { STALE_ANSWERS } from '../../libs/contract/src/notices/stale-answers.js';

// biome-ignore-end lint/style/noRestrictedImports: the same

/** In the classes of zod's schemas, how each is written as a JSON Schema. */
const PROCESSORS = /^ *inst\._zod\.processJSONSchema = \(.*\) => processors\..*;$/gm;
/** What writes JSON Schemas, and what reads a schema's bounds from its checks. */
const DESCRIBING = /^export (const|function) (create\w+JSONSchemaMethod|aggregateChecks)\b/gm;
/** The formats of strings as methods (`email`, `jwt`, …). Each brings its class, its expression and its check. */
const FORMATS = /^ *\w+\(params\) \{\n *return this\.check\(core\._\w+\(Zod\w+, params\)\);\n *\},?$/gm;

/** What finds values that contain themselves. Without it, zod does not look for them. */
const MEMOIZER = /^export function memoizer\(/m;

const CONTRACT = /\/libs\/(contract|wording)\/src\//;

interface Node {
  type: string;
  start: number;
  end: number;
  declaration?: Node | null;
  declarations?: (Node & { init: Node | null })[];
  elements?: (Node | null)[];
  properties?: (Node & { value?: Node })[];
}

const mayHaveSideEffects = ({ type, elements, properties }: Node): boolean =>
  type === 'CallExpression' ||
  (elements ?? []).some((element) => element?.type === 'SpreadElement') ||
  (properties ?? []).some(({ value }) => value?.type === 'CallExpression');

/**
 * The contract's schemas are calls of zod at module level. A bundler keeps such calls even if no one uses their results,
 * because a call may have side effects, and with them all of zod. The same is true of lists that spread another list, and of objects with a call in them. This
 * plugin marks all three as free of side effects, so that a page contains only what it uses.
 */
export function pureSchemas(): Plugin {
  return {
    name: 'pure-schemas',
    enforce: 'post',
    transform(code, id) {
      if (!CONTRACT.test(id)) return null;
      const { body } = this.parse(code) as unknown as { body: Node[] };
      const values = body
        .map((node) => (node.type === 'ExportNamedDeclaration' ? node.declaration : node))
        .flatMap((node) => (node?.type === 'VariableDeclaration' ? (node.declarations ?? []) : []))
        .flatMap(({ init }) => (init && mayHaveSideEffects(init) ? [init] : []));
      const marked = values.reduceRight(
        (text, { start, end }) =>
          `${text.slice(0, start)}/* @__PURE__ */ (() => (${text.slice(start, end)}))()${text.slice(end)}`,
        code,
      );
      return { code: marked, map: null };
    },
  };
}

/**
 * Leaves out what each of zod's schemas can do and no page needs, so that a bundler keeps it for nothing:
 * - how a schema is described (JSON Schemas, `minLength`, …), a twentieth of the page that verifies a log. Whoever uses it after all
 *   gets an error;
 * - the formats of strings that it knows. The contract has expressions of its own;
 * - how it parses values that contain themselves. What a page parses was JSON.
 */
export function leanSchemas(): Plugin {
  const none = "const none = () => { throw new Error('Pages describe no schemas.'); };";
  // A method is made for each schema, and throws when it is called.
  const instead = (name: string) => (name.startsWith('create') ? '() => none' : 'none');
  return {
    name: 'lean-schemas',
    transform(code, id) {
      if (id.endsWith('/zod/v4/core/memoizer.js'))
        return {
          code: code.replace(MEMOIZER, 'export const memoizer = () => undefined;\nfunction unused_memoizer('),
          map: null,
        };
      if (!/\/zod\/v4\/(classic\/schemas|core\/(to-json-schema|json-schema-processors))\.js$/.test(id))
        return null;
      const described = code
        .replaceAll(PROCESSORS, '')
        .replaceAll(FORMATS, '')
        .replaceAll(
          DESCRIBING,
          (_all, kind, name) => `export const ${name} = ${instead(name)};\n${kind} unused_${name}`,
        );
      return { code: `${none}\n${described}`, map: null };
    },
  };
}

/** Modules of the contract whose only value follows from a large table. */
const COMPUTED: Readonly<Record<string, object>> = {
  '/libs/contract/src/events/forms.ts': { EVENT_FORMS },
  '/libs/contract/src/events/names.ts': { EVENT_TYPES },
  '/libs/contract/src/notices/stale-answers.ts': { STALE_ANSWERS },
};

/** Computes them when a page is built, so that it has the value without the table. */
export function computedTables(): Plugin {
  return {
    name: 'computed-tables',
    enforce: 'pre',
    load(id) {
      const values = Object.entries(COMPUTED).find(([path]) => id.endsWith(path))?.[1];
      if (values === undefined) return null;
      return Object.entries(values)
        .map(([name, value]) => `export const ${name} = ${JSON.stringify(value)};`)
        .join('\n');
    },
  };
}
