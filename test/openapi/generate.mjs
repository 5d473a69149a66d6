/**
 * Generates a client of the broker's API by each of two generators.
 *
 * Usage: node generate.mjs OPENAPI_FILE FOLDER   makes FOLDER/hey-api and FOLDER/swagger-typescript-api
 */
import { join } from 'node:path';
import { createClient } from '@hey-api/openapi-ts';
import { generateApi } from 'swagger-typescript-api';

const [, , input, folder] = process.argv;
await createClient({
  input,
  output: { path: join(folder, 'hey-api'), importFileExtension: '.js' },
  plugins: ['@hey-api/client-fetch', '@hey-api/sdk', '@hey-api/typescript'],
  logs: { level: 'silent', file: false },
});
await generateApi({
  input,
  output: join(folder, 'swagger-typescript-api'),
  fileName: 'api.ts',
  httpClientType: 'fetch',
  silent: true,
});
