#!/usr/bin/env node
/** The `countersign` command of an installed package, and of the folder of a release. */
import { keepCompiledCode } from './compile-cache.mjs';

keepCompiledCode();
const { main } = await import('../programs/countersign.js');
await main(process.argv.slice(2));
