/** Closes the browser of a jest run. */
export default async function globalTeardown() {
  await globalThis[Symbol.for('countersign.test.browser')]?.close();
}
