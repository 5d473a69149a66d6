/** The compiled `countersign` command. `bin/countersign.mjs` would first check if anything needs building. */
const { main } = await import(new URL('../../dist/programs/countersign.js', import.meta.url).href);
await main(process.argv.slice(2));
