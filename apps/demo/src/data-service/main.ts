import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import pino from 'pino';
import { DemoError, GATEWAYS_VARIABLE, readPort } from '../environment.js';
import { fail, runServer } from '../run-server.js';
import { DemoStore } from './demo-store.js';
import { createDataService } from './http/server.js';

function main(): void {
  const port = readPort(process.env, 'service');
  const folder = process.env['COUNTERSIGN_DATA_DIR'] ?? './data';
  process.umask(0o077);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const logger = pino({ base: { name: 'data-service' } });
  const store = new DemoStore(join(folder, 'demo-service.db'));
  const gateways = (process.env[GATEWAYS_VARIABLE] ?? '').split(',').filter((origin) => origin !== '');
  if (gateways.length === 0)
    throw new DemoError('invalid_config', `${GATEWAYS_VARIABLE} must name at least one gateway's origin`);
  const server = createDataService({ store, logger, now: () => new Date(), gateways });
  runServer(server, port, logger, () => store.close());
}

try {
  main();
} catch (error) {
  if (error instanceof DemoError) fail(error.code, error.message);
  throw error;
}
