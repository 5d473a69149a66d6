#!/usr/bin/env node
/**
 * Writes the types of the API that the pages use, from the OpenAPI document of the built broker. With --check it
 * writes nothing and exits 1 where the committed file says something else.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import openapiTS, { astToString } from 'openapi-typescript';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const built = (path) => import(join(root, 'dist/apps/broker/src', path));
const target = join(root, 'apps/web/src/api/schema.d.ts');
const HEADER = '// Generated from the OpenAPI document by `npm run api-types`; not edited by hand.\n';

const { CONTROLLERS } = await built('broker.module.js');
const { openApiDocument } = await built('openapi/document.js');
const { routesOf } = await built('openapi/routes.js');

const document = openApiDocument(CONTROLLERS.flatMap(routesOf));
const text = HEADER + astToString(await openapiTS(document, { alphabetize: true }));
if (!process.argv.includes('--check')) writeFileSync(target, text);
else if (readFileSync(target, 'utf8') !== text) {
  process.stderr.write('apps/web/src/api/schema.d.ts is not what the API says. Run: npm run api-types\n');
  process.exit(1);
}
