import type { BrowserContext } from 'playwright-core';

/**
 * The browser contexts that the running test has made. They are closed when it ends: an open page goes on to ask for
 * whatever happens at its site, and to show it. What is made before the tests of a file is for all of them.
 */
export class ContextsOfTest {
  private made: BrowserContext[] | undefined;

  begin(): void {
    this.made = [];
  }

  add(context: BrowserContext): void {
    this.made?.push(context);
  }

  async end(): Promise<void> {
    const ended = this.made ?? [];
    this.made = undefined;
    await Promise.all(ended.map((context) => context.close()));
  }
}

/** Of this process: it runs one test at a time. */
export const contextsOfTest = new ContextsOfTest();
