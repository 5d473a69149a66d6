import type { BrowserContext } from 'playwright-core';

/**
 * The browser contexts that the running test has made. They are closed when it ends, because an open page would go on polling its
 * site. Contexts that are made before the tests of a file stay open for all of them.
 */
class ContextsOfTest {
  private contexts: BrowserContext[] | undefined;

  begin(): void {
    this.contexts = [];
  }

  add(context: BrowserContext): void {
    this.contexts?.push(context);
  }

  async end(): Promise<void> {
    const ended = this.contexts ?? [];
    this.contexts = undefined;
    await Promise.all(ended.map((context) => context.close()));
  }
}

/** Of this process: it runs one test at a time. */
export const contextsOfTest = new ContextsOfTest();
