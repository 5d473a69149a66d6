import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { errorStack } from '@countersign/runtime';
import {
  addressToCall,
  brokerEnvironment,
  type DemoEnvironment,
  DemoError,
  PORT_VARIABLES,
  readDemoEnvironment,
} from './environment.js';
import { lockDataFolder, makeDataFolder, makeMasterKey, makeOidcSecrets } from './operator/data-folder.js';
import { type DemoGateway, enrolGateway } from './operator/gateway-credential.js';
import { applyOrganisation, organisationText, readOrganisation } from './operator/organisation.js';
import { openClaimReader, pinClaimedTenants } from './operator/pin-claimed.js';
import { createVerbRunner } from './operator/run-verb.js';
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
import { welcomeText } from './welcome.js';

const READY_MS = 30_000;
const LOOPBACK = '127.0.0.1';

const print = (line: string) => process.stderr.write(`${line}\n`);

/** `npm start`: prepares the data folder, starts all programs, and watches over them until a signal or a fault. */
async function main(): Promise<void> {
  // Aborted by a signal or by the first fault, so that nothing keeps waiting.
  const halt = new AbortController();
  let interrupted = false;
  const demo = readDemoEnvironment(process.env, process.cwd());
  const supervisor = new Supervisor((name) => join(demo.dataDir, 'logs', `${name}.log`));
  const onSignal = () => {
    // The second Ctrl-C does not wait any longer.
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
  if (interrupted) print('Countersign has stopped; the data stays.');
}

async function run(demo: DemoEnvironment, supervisor: Supervisor, signal: AbortSignal): Promise<void> {
  const { host, ports } = demo;
  await checkPorts([
    { use: 'broker', variable: PORT_VARIABLES.broker, host, port: ports.broker },
    { use: 'gateway', variable: PORT_VARIABLES.gateway, host, port: ports.gateway },
    { use: 'data service', variable: PORT_VARIABLES.service, host: LOOPBACK, port: ports.service },
    { use: 'sign-in', variable: PORT_VARIABLES.identity, host: LOOPBACK, port: ports.identity },
    { use: 'mailbox', variable: PORT_VARIABLES.mailbox, host: LOOPBACK, port: ports.mailbox },
    { use: 'mail', variable: PORT_VARIABLES.smtp, host: LOOPBACK, port: ports.smtp },
  ]);
  process.umask(0o077);
  makeDataFolder(demo.dataDir);
  const lock = lockDataFolder(demo.dataDir);
  try {
    const gateway = await startAll(demo, supervisor, signal);
    await watch(demo, gateway, supervisor, signal);
  } finally {
    await supervisor.stop();
    lock.release();
  }
}

/** Resolves when every program is ready. */
async function startAll(
  demo: DemoEnvironment,
  supervisor: Supervisor,
  signal: AbortSignal,
): Promise<DemoGateway> {
  const { env } = process;
  const guard = new URL('./supervisor/guard.js', import.meta.url);
  const start = (program: Program) => supervisor.start({ ...program, guard, dataDir: demo.dataDir, print });
  const ready = (name: string, host: string, port: number) =>
    supervisor.whileAllRun(untilReady(name, `http://${host}:${port}/readyz`, READY_MS, signal));
  const host = addressToCall(demo.host);

  // The data service depends on no other program: it fills its file while the broker's database is prepared.
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
  await ready('data service', LOOPBACK, demo.ports.service);
  await ready('sign-in', LOOPBACK, demo.ports.identity);
  await ready('mailbox', LOOPBACK, demo.ports.mailbox);
  return gateway;
}

/** Prints the welcome, and pins tenants that claim, until the signal is aborted or a program ends. */
async function watch(
  demo: DemoEnvironment,
  gateway: DemoGateway,
  supervisor: Supervisor,
  signal: AbortSignal,
): Promise<void> {
  const { env } = process;
  const organisation = readOrganisation(organisationText(demo));
  process.stdout.write(welcomeText(demo, organisation, process.cwd()));
  const spoolDir = spoolDirOf(env, demo, gateway);
  const hostEnv = { ...brokerEnvironment(env, demo), COUNTERSIGN_SPOOL_DIR: spoolDir };
  const claims = await openClaimReader(hostEnv);
  try {
    const tenants = organisation.tenants.map(({ slug }) => slug);
    const { readGenesisHash } = claims;
    const runVerb = createVerbRunner(hostEnv, signal);
    const pinning = pinClaimedTenants({ tenants, spoolDir, readGenesisHash, runVerb, print }, signal);
    await supervisor.whileAllRun(pinning);
  } finally {
    await claims.close();
  }
}

async function prepareStore(
  demo: DemoEnvironment,
  organisation: string,
  signal: AbortSignal,
): Promise<DemoGateway> {
  makeMasterKey(demo.dataDir, process.env);
  const runVerb = createVerbRunner(brokerEnvironment(process.env, demo), signal);
  const fresh = !existsSync(join(demo.dataDir, 'countersign.db'));
  if (fresh) print('countersign: preparing the database …');
  await runVerb(['migrate']);
  await applyOrganisation(runVerb, demo.dataDir, organisation, fresh);
  return enrolGateway(runVerb, demo.dataDir, demo.publicUrl);
}

function report(error: unknown): void {
  if (error instanceof DemoError) print(`error[${error.code}]: ${error.message}`);
  else print(`error[internal_error]: ${errorStack(error)}`);
}

try {
  await main();
} catch (error) {
  report(error);
  process.exitCode = 1;
}
