import type { Plugin } from 'vite';

const CONTRACT = /\/libs\/(contract|wording)\/src\//;

interface Node {
  type: string;
  start: number;
  end: number;
  declaration?: Node | null;
  declarations?: (Node & { init: Node | null })[];
  elements?: (Node | null)[];
}

const mayHaveSideEffects = ({ type, elements }: Node): boolean =>
  type === 'CallExpression' || (elements ?? []).some((element) => element?.type === 'SpreadElement');

/**
 * The contract's schemas are calls of zod at module level. A bundler keeps such calls even if no one uses their results,
 * because a call may have side effects, and with them all of zod. The same is true of lists that spread another list. This plugin
 * marks both as free of side effects, so that a page contains only what it uses.
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
          `${text.slice(0, start)}/* @__PURE__ */ (() => ${text.slice(start, end)})()${text.slice(end)}`,
        code,
      );
      return { code: marked, map: null };
    },
  };
}
