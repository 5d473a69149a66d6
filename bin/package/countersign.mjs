#!/usr/bin/env node
/** The `countersign` command of the package that is installed. */
import { keepCompiledCode } from './compile-cache.mjs';

keepCompiledCode();
const { main } = await import('../lib/countersign.js');
await main(process.argv.slice(2));
