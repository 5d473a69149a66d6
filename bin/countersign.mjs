#!/usr/bin/env node
/** The `countersign` command. In a clone it first installs and builds what is missing; progress goes to stderr. */
import { keepCompiledCode } from './compile-cache.mjs';
import { prepare } from './prepare.mjs';

await prepare('build');
keepCompiledCode();
const { main } = await import(new URL('../dist/programs/countersign.js', import.meta.url).href);
await main(process.argv.slice(2));
