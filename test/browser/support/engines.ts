import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Page } from 'playwright-core';

const require = createRequire(import.meta.url);
const sourceOf = (file: string) => readFileSync(require.resolve(file), 'utf8');

interface Engine {
  name: string;
  source: string;
  /** An expression: whether the page has the engine already. */
  isLoaded: string;
  /** An expression for a promise of what the engine found. */
  run: string;
}

const ENGINES: readonly Engine[] = [
  {
    name: 'IBM Equal Access',
    source: sourceOf('accessibility-checker-engine/ace.js'),
    isLoaded: 'typeof ace === "object"',
    run: `new ace.Checker().check(document, ['IBM_Accessibility']).then(({ results }) => results
      .filter(({ value: [kind, outcome] }) => kind === 'VIOLATION' && outcome === 'FAIL')
      .map(({ ruleId, message, snippet }) => ({ rule: ruleId, text: message + ' ' + snippet })))`,
  },
  {
    name: 'HTML_CodeSniffer',
    source: sourceOf('html_codesniffer/build/HTMLCS.js'),
    isLoaded: 'typeof HTMLCS === "object"',
    run: `new Promise((done, fail) => HTMLCS.process('WCAG2AA', document, () => done(HTMLCS.getMessages()
      .filter(({ type }) => type === HTMLCS.ERROR)
      .map(({ code, msg, element }) => ({ rule: code, text: msg + ' ' + (element.outerHTML ?? '').slice(0, 300) }))), fail))`,
  },
];

interface Found {
  rule: string;
  text: string;
}

/**
 * The violations that IBM Equal Access and HTML_CodeSniffer find, with all their rules. Both run inside the page and call no
 * other host.
 */
export async function violationsByOtherEngines(page: Page): Promise<string[]> {
  const all: string[] = [];
  for (const { name, source, isLoaded, run } of ENGINES) {
    if (!(await page.evaluate<boolean>(isLoaded))) await page.evaluate(source);
    const found = await page.evaluate<Found[]>(run);
    all.push(...found.map(({ rule, text }) => `${name}: ${rule}: ${text}`));
  }
  return all;
}
