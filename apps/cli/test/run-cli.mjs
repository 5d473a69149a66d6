/** The `countersign` command from its TypeScript source: `node run-cli.mjs VERB …`. */
import { register } from 'node:module';

register('./typescript-hooks.mjs', import.meta.url);
const { main } = await import('../src/main.ts');
await main(process.argv.slice(2));
