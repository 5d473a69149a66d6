import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { isFullRun } from '../../support/samples.js';
import { violationsByOtherEngines } from './engines.js';
import { brokenOptions } from './layout.js';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const RULES = {
  runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'],
  rules: { 'target-size': { enabled: true } },
};

interface Violation {
  id: string;
  nodes: { html: string; failureSummary: string }[];
}

/** The violations that axe finds on the page. The test evaluates axe itself, because the page's policy blocks scripts. */
export async function violations(page: Page): Promise<string[]> {
  if (!(await page.evaluate('"axe" in window'))) await page.evaluate(axe);
  const found = await page.evaluate<Violation[]>(
    `axe.run(document, ${JSON.stringify(RULES)}).then(({ violations }) => violations)`,
  );
  return found.flatMap(({ id, nodes }) =>
    nodes.map(({ html, failureSummary }) => `${id}: ${html} ${failureSummary}`),
  );
}

/** How many pixels the page is too wide, once its font is loaded. */
const overflowOf = (page: Page): Promise<unknown> =>
  page.evaluate('document.fonts.ready.then(() => document.documentElement.scrollWidth - innerWidth)');

const LOOKS = [
  { colorScheme: 'light', viewport: { width: 1440, height: 900 } },
  { colorScheme: 'dark', viewport: { width: 360, height: 740 } },
] as const;

/** What all engines find on the page, while all of its parts that open on a press are open. */
export const violationsByAllEngines = (page: Page): Promise<string[]> =>
  whileAllIsOpen(page, async () => [...(await violations(page)), ...(await violationsByOtherEngines(page))]);

const ROUNDS = 5;

/**
 * Opens everything that opens on a press, looks, and closes it again. If an answer of the broker comes late, a closed part can
 * appear while the engines look. They would report its fields, whose labels cannot be seen. So it is opened too, and the engines
 * look again.
 */
async function whileAllIsOpen(page: Page, look: () => Promise<string[]>): Promise<string[]> {
  await page.evaluate('window.openedByTest = []');
  for (let round = 0; round < ROUNDS; round += 1) {
    await openAll(page);
    const found = await look();
    if ((await openAll(page)) > 0) continue;
    await page.evaluate('for (const each of window.openedByTest) each.open = false');
    return found;
  }
  throw new Error(`In each of ${ROUNDS} looks at ${page.url()}, another closed part appeared on the page.`);
}

/** @returns how many closed parts there were */
const openAll = (page: Page): Promise<number> =>
  page.evaluate<number>(`(() => {
    const closed = [...document.querySelectorAll('details:not([open])')];
    for (const each of closed) each.open = true;
    window.openedByTest.push(...closed);
    return closed.length;
  })()`);

/**
 * Looks at the page as it is now, wide and light, and narrow and dark. In the soak the engines look at it in both looks. In
 * `npm test` they look only if `turn` is a multiple of three: wide and light if it is even, otherwise narrow and dark.
 * Afterwards the page is narrow and dark.
 *
 * @param turn usually 0, 1, 2 and so on for the pages of one test, so that `npm test` takes a sample of them
 * @returns the violations, and how many pixels the narrow page is too wide
 */
export async function violationsOfOpenPage(
  page: Page,
  turn: number,
): Promise<{ found: string[]; overflow: unknown }> {
  const found: string[] = [];
  for (const [index, look] of LOOKS.entries()) {
    await showAs(page, look);
    if (isFullRun() || (turn % 3 === 0 && turn % LOOKS.length === index))
      found.push(...(await violationsByAllEngines(page)));
  }
  return { found, overflow: await overflowOf(page) };
}

/** Opens a page and looks at it as `violationsOfOpenPage` does. */
export async function violationsInLooks(
  page: Page,
  url: string,
  turn: number,
): ReturnType<typeof violationsOfOpenPage> {
  await showAs(page, LOOKS[0]);
  await page.goto(url);
  await page.getByRole('heading', { level: 1 }).waitFor();
  await page.locator('.skeleton').first().waitFor({ state: 'detached' });
  return violationsOfOpenPage(page, turn);
}

async function showAs(page: Page, { colorScheme, viewport }: (typeof LOOKS)[number]): Promise<void> {
  await page.emulateMedia({ colorScheme });
  await page.setViewportSize(viewport);
}

export const WIDE = { width: 1280, height: 900 };
export const NARROW = { width: 360, height: 740 };
const LANGUAGES = { de: 'Deutsch', en: 'English' } as const;
const VIEWS = [
  ['de', 'wide', WIDE],
  ['de', 'narrow', NARROW],
  ['en', 'wide', WIDE],
  ['en', 'narrow', NARROW],
] as const;

/**
 * Looks at the page as it is now, in both languages and both sizes: axe finds no violation, nothing scrolls sideways, and no
 * option of a command is cut by a line break.
 * `npm test` looks at a quarter of the pages, in one language and one size. Which ones depends on the name, so that all four occur.
 * Afterwards the page is wide and in English. With `COUNTERSIGN_SCREENSHOTS=FOLDER` it keeps pictures of all four.
 */
export async function expectGoodViews(page: Page, name: string): Promise<void> {
  const shots = process.env['COUNTERSIGN_SCREENSHOTS'];
  const letters = [...name].reduce((sum, letter) => sum + (letter.codePointAt(0) ?? 0), 0);
  const all = isFullRun() || shots !== undefined;
  if (!all && Math.floor(letters / 16) % 4 !== 0) return;
  const views = VIEWS.filter((_, place) => all || place === letters % VIEWS.length);
  for (const [language, size, viewport] of views) {
    await page.setViewportSize(WIDE);
    await showIn(page, language);
    await page.setViewportSize(viewport);
    await page.locator('.skeleton').first().waitFor({ state: 'detached' });
    const overflow = await overflowOf(page);
    const found = await violations(page);
    const broken = await brokenOptions(page);
    expect({ name, language, size, overflow, broken, found }).toEqual({
      ...{ name, language, size },
      ...{ overflow: 0, broken: [], found: [] },
    });
    if (shots !== undefined)
      await page.screenshot({ path: join(shots, `${name}-${language}-${size}.png`), fullPage: true });
  }
  await page.setViewportSize(WIDE);
  await showIn(page, 'en');
}

/** Switches the language of the page, which offers only the other one. */
async function showIn(page: Page, language: keyof typeof LANGUAGES): Promise<void> {
  if ((await page.locator('html').getAttribute('lang')) === language) return;
  await page.getByRole('button', { name: LANGUAGES[language] }).click();
}
