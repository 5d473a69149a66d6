/**
 * Runs one verb of the compiled `countersign` command. `bin/countersign.mjs` would first look whether anything
 * needs building, which `npm start` has just done.
 */
const cli: { main?: (argv: string[]) => Promise<void> } = await import(
  new URL('../../../cli/src/main.js', import.meta.url).href
);
if (cli.main === undefined) throw new Error('the compiled command exports no main');
await cli.main(process.argv.slice(2));
