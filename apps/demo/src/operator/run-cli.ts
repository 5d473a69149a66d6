/**
 * Runs one verb of the compiled `countersign` command, as a program of its own. It does not use `bin/countersign.mjs`,
 * which first checks whether anything must be built: `npm start` has just done that.
 */
const cli: { main?: (argv: string[]) => Promise<void> } = await import(
  new URL('../../../../programs/countersign.js', import.meta.url).href
);
if (cli.main === undefined) throw new Error('the compiled command exports no main');
await cli.main(process.argv.slice(2));
