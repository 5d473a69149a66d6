import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { errorStack } from '@countersign/runtime';
import {
  brokerEnvironment,
  type DemoEnvironment,
  DemoError,
  PORT_VARIABLES,
  readDemoEnvironment,
} from './environment.js';
import { lockDataFolder, makeDataFolder, makeMasterKey, makeOidcSecrets } from './operator/data-folder.js';
import { enrolGateway } from './operator/gateway-credential.js';
import { hostVerbs } from './operator/host-verb.js';
import { applyOrganisation, organisationText, readOrganisation } from './operator/organisation.js';
import { openClaims, pinClaimed } from './operator/pin-claimed.js';
import {
  brokerProgram,
  dataServiceProgram,
  gatewayProgram,
  helperProgram,
  type Program,
  spoolDirOf,
} from './programs.js';
import { checkPorts, untilReady } from './supervisor/probes.js';
import { Supervisor } from './supervisor/supervisor.js';
import { welcome } from './welcome.js';

const READY_MS = 30_000;
const DATA_SERVICE_HOST = '127.0.0.1';

const tell = (line: string) => process.stderr.write(`${line}\n`);

/** `npm start`: prepares the data folder, starts broker, gateway, data service, provider and mailbox, and watches
 * over them. */
async function main(): Promise<void> {
  // Aborted by a signal or by the first fault: whatever is still being waited for is waited for no longer.
  const halt = new AbortController();
  let interrupted = false;
  const demo = readDemoEnvironment(process.env, process.cwd());
  const supervisor = new Supervisor((name) => join(demo.dataDir, 'logs', `${name}.log`));
  const onSignal = () => {
    if (interrupted) supervisor.killAll();
    interrupted = true;
    halt.abort();
  };
  process.on('SIGINT', onSignal);
  process.on('SIGTERM', onSignal);

  try {
    await run(demo, supervisor, halt.signal);
  } catch (error) {
    halt.abort();
    if (!interrupted) {
      report(error);
      process.exitCode = 1;
    }
  }
  await supervisor.stop();
  if (interrupted) tell('Countersign has stopped; the data stays.');
}

async function run(demo: DemoEnvironment, supervisor: Supervisor, signal: AbortSignal): Promise<void> {
  const { host, ports } = demo;
  const own = { host: DATA_SERVICE_HOST };
  await checkPorts([
    { use: 'broker', variable: PORT_VARIABLES.broker, host, port: ports.broker },
    { use: 'gateway', variable: PORT_VARIABLES.gateway, host, port: ports.gateway },
    { use: 'data service', variable: PORT_VARIABLES.service, ...own, port: ports.service },
    { use: 'sign-in', variable: PORT_VARIABLES.identity, ...own, port: ports.identity },
    { use: 'mailbox', variable: PORT_VARIABLES.mailbox, ...own, port: ports.mailbox },
    { use: 'mail', variable: PORT_VARIABLES.smtp, ...own, port: ports.smtp },
  ]);
  process.umask(0o077);
  makeDataFolder(demo.dataDir);
  const lock = lockDataFolder(demo.dataDir);
  try {
    await startAndWatch(demo, supervisor, signal);
  } finally {
    await supervisor.stop();
    lock.release();
  }
}

async function startAndWatch(
  demo: DemoEnvironment,
  supervisor: Supervisor,
  signal: AbortSignal,
): Promise<void> {
  const { env } = process;
  const guard = new URL('./supervisor/guard.js', import.meta.url);
  const start = (program: Program) => supervisor.start({ ...program, guard, dataDir: demo.dataDir, tell });
  const ready = (name: string, host: string, port: number) =>
    supervisor.whileAllRun(untilReady(name, `http://${host}:${port}/readyz`, READY_MS, signal));
  const host = reachable(demo.host);

  // The data service needs nothing of the others: it fills its file while the broker's store is prepared.
  start(dataServiceProgram(env, demo));
  const organisation = organisationText(demo);
  makeOidcSecrets(readOrganisation(organisation));
  start(helperProgram('mailbox', env, demo));
  start(helperProgram('identity', env, demo));
  const gateway = await supervisor.whileAllRun(prepareStore(demo, organisation, signal));
  start(brokerProgram(env, demo));
  await ready('broker', host, demo.ports.broker);
  start(gatewayProgram(env, demo, gateway));
  await ready('gateway', host, demo.ports.gateway);
  await ready('data service', DATA_SERVICE_HOST, demo.ports.service);
  await ready('sign-in', DATA_SERVICE_HOST, demo.ports.identity);
  await ready('mailbox', DATA_SERVICE_HOST, demo.ports.mailbox);

  const people = readOrganisation(organisation);
  process.stdout.write(welcome(demo, people, process.cwd()));
  const spoolDir = spoolDirOf(env, demo, gateway);
  const hostEnv = { ...brokerEnvironment(env, demo), COUNTERSIGN_SPOOL_DIR: spoolDir };
  const claims = await openClaims(hostEnv);
  try {
    const tenants = people.tenants.map(({ slug }) => slug);
    const { genesisOf } = claims;
    const runVerb = hostVerbs(hostEnv, signal);
    await supervisor.whileAllRun(pinClaimed({ tenants, spoolDir, genesisOf, runVerb, tell }, signal));
  } finally {
    await claims.close();
  }
}

async function prepareStore(demo: DemoEnvironment, organisation: string, signal: AbortSignal) {
  makeMasterKey(demo.dataDir, process.env);
  const runVerb = hostVerbs(brokerEnvironment(process.env, demo), signal);
  const fresh = !existsSync(join(demo.dataDir, 'countersign.db'));
  if (fresh) tell('countersign: preparing the store …');
  await runVerb(['migrate']);
  await applyOrganisation(runVerb, demo.dataDir, organisation, fresh);
  return enrolGateway(runVerb, demo.dataDir, demo.publicUrl);
}

/** Where to ask a process that listens on `host`: one that listens everywhere is asked on loopback. */
function reachable(host: string): string {
  if (host === '0.0.0.0') return '127.0.0.1';
  if (host === '::') return '[::1]';
  return host.includes(':') ? `[${host}]` : host;
}

function report(error: unknown): void {
  if (error instanceof DemoError) tell(`error[${error.code}]: ${error.message}`);
  else tell(`error[internal_error]: ${errorStack(error)}`);
}

try {
  await main();
} catch (error) {
  report(error);
  process.exitCode = 1;
}
