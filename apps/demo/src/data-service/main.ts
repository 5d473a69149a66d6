import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import pino from 'pino';
import { runServer } from '../run-server.js';
import { DemoStore } from './demo-store.js';
import { createDataService } from './http/server.js';

function readPort(): number {
  const text = process.env['COUNTERSIGN_DEMO_SERVICE_PORT'] ?? '4200';
  const port = Number(text);
  if (!/^[0-9]+$/.test(text) || port < 1 || port > 65_535) {
    fail('invalid_config', 'COUNTERSIGN_DEMO_SERVICE_PORT must be a whole number from 1 to 65535');
  }
  return port;
}

function fail(code: string, detail: string): never {
  process.stderr.write(`error[${code}]: ${detail}\n`);
  process.exit(1);
}

function main(): void {
  const port = readPort();
  const folder = process.env['COUNTERSIGN_DATA_DIR'] ?? './data';
  process.umask(0o077);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const logger = pino({ base: { name: 'data-service' } });
  const store = new DemoStore(join(folder, 'demo-service.db'));
  const server = createDataService({ store, logger, now: () => new Date() });
  runServer(server, port, logger, () => store.close());
}

main();
