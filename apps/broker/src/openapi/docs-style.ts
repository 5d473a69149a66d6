/** The look of the pages in apps/web/src/styles, for pages without a script. */
export const DOCS_STYLE = `
:root { color-scheme: light dark; --ground: light-dark(#fafaf8, #131519); --sheet: light-dark(#ffffff, #1b1e24); --ink: light-dark(#16181d, #eceef2); --soft: light-dark(#555b67, #a9b0bc); --line: light-dark(#dcdee2, #333842); --accent: light-dark(#23408e, #a9bcff); }
* { box-sizing: border-box; }
html { scroll-padding-top: 16px; }
body { margin: 0; background: var(--ground); color: var(--ink); font: 16px/1.5 system-ui, -apple-system, "Segoe UI", sans-serif; overflow-wrap: anywhere; }
header { position: relative; padding: 0 16px; background: var(--sheet); border-bottom: 1px solid var(--line); }
.brand { display: inline-flex; align-items: center; gap: 8px; min-height: 56px; color: var(--ink); font-weight: 640; text-decoration: none; }
.brand svg { width: 24px; height: 24px; color: var(--accent); }
.skip { position: absolute; top: 8px; left: 8px; padding: 8px 16px; background: var(--sheet); transform: translateY(-300%); }
.skip:focus { transform: none; }
main { max-width: 60rem; margin: 0 auto; padding: 32px 16px 64px; }
main:focus { outline: none; }
h1 { margin: 0 0 16px; font-size: 1.75rem; line-height: 1.25; }
h2 { margin: 40px 0 8px; font-size: 1.25rem; line-height: 1.35; }
h3 { margin: 24px 0 8px; font-size: 1rem; }
p { margin: 0 0 12px; max-width: 48rem; }
.lead { font-size: 1.125rem; }
.soft, .operations span { color: var(--soft); }
a { color: var(--accent); text-underline-offset: 0.2em; }
a:focus-visible, summary:focus-visible { outline: 2px solid var(--accent); outline-offset: 3px; }
nav a { display: inline-block; padding: 4px 0; margin-bottom: 16px; }
code, pre { font: 0.875rem/1.5 ui-monospace, "SF Mono", Menlo, Consolas, monospace; }
.operations { margin: 0; padding: 0; list-style: none; }
.operations li { padding: 8px 0; border-top: 1px solid var(--line); }
.operations a { display: inline-block; min-height: 24px; margin-right: 12px; }
.operation, .schema { margin-top: 24px; padding: 16px; background: var(--sheet); border: 1px solid var(--line); border-radius: 6px; }
.operation h2, .schema h3 { margin-top: 0; }
dl { margin: 0 0 12px; }
dt { margin-top: 8px; }
dd { margin: 0 0 8px 16px; }
dd dl { padding-left: 12px; border-left: 2px solid var(--line); }
summary { min-height: 24px; padding: 4px 0; cursor: pointer; color: var(--accent); }
pre { margin: 8px 0; padding: 12px; white-space: pre-wrap; background: var(--ground); border: 1px solid var(--line); border-radius: 6px; }
`;
