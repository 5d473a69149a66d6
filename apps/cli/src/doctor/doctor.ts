import { existsSync } from 'node:fs';
import {
  ConfigError,
  KNOWN_VARIABLES,
  masterKeyFile,
  readCliEnvironment,
  readLocationEnvironment,
  readSlackEnvironment,
  readStoreEnvironment,
} from '@countersign/config';
import { isLoopbackHost } from '@countersign/contract';
import type { Answer, Context } from '../command/context.js';
import { CliError } from '../command/errors.js';
import type { HostPart } from '../command/host-part.js';
import { readStoredLogin } from '../sign-in/credentials-file.js';
import { escapeForTerminal } from '../terminal/text.js';
import { type Finding, failed, skipped } from './finding.js';
import { checkCurl, checkDataFolder, checkMasterKeyFile, checkNode, checkVariables } from './machine.js';
import {
  checkApiKey,
  checkBroker,
  checkGateway,
  checkGatewayServices,
  checkPort,
  checkProxies,
} from './network.js';
import { checkHosts, checkTransport } from './transport.js';

const SIGNS = { ok: '✓', warning: '!', failed: '✗', skipped: '·' } as const;

type Environment = Context['io']['env'];

/** Checks a set-up from end to end, and says how to fix what is wrong. @throws CliError `unhealthy` if a check fails */
export async function doctor(context: Context, checkStore: HostPart['checkStore']): Promise<Answer> {
  const { env } = context.io;
  const findings = [
    checkNode(process.versions.node),
    checkVariables(env, KNOWN_VARIABLES),
    ...(await collectFindings('environment', () => checkHost(env, checkStore))),
    ...(await collectFindings('environment', () => checkNetwork(env))),
    checkCurl(env['PATH'] ?? ''),
  ];
  const broken = findings.filter(({ status }) => status === 'failed');
  const document = { healthy: broken.length === 0, checks: findings };
  const text = findings.flatMap(formatFinding).join('\n');
  if (broken.length === 0) return { document, text };
  if (!context.json) context.io.stdout(`${text}\n`);
  throw new CliError('unhealthy', broken.map(({ name }) => name).join(', '), { document });
}

async function checkHost(env: Environment, checkStore: HostPart['checkStore']): Promise<Finding[]> {
  const { dataDir, storeNamed } = readLocationEnvironment(env);
  if (!storeNamed && !existsSync(masterKeyFile(dataDir)) && !existsSync(dataDir)) {
    return [skipped('store', 'there is no data folder, master key or database here: not the broker’s host')];
  }
  return [
    checkDataFolder(dataDir),
    checkMasterKeyFile(dataDir),
    ...(checkStore === undefined
      ? [
          skipped(
            'store',
            'the installed command opens no database: run `doctor` of the clone or of the folder of a release on this host',
          ),
        ]
      : await collectFindings('master key', () =>
          checkStore(readStoreEnvironment(env), readSlackEnvironment(env)),
        )),
  ];
}

async function checkNetwork(env: Environment): Promise<Finding[]> {
  const { brokerUrl, apiKey, credentialsFile } = readCliEnvironment(env);
  const { host, port, admin, gatewayAdmin } = readLocationEnvironment(env);
  const broker = await checkBroker(brokerUrl);
  return [
    ...broker,
    ...(isSilent(broker[0]) ? [await checkPort('broker port', host, port, 'COUNTERSIGN_PORT')] : []),
    ...(isSilent(broker[0]) ? [] : [await checkProxies(admin)]),
    await checkTransport('broker TLS', brokerUrl),
    ...(await checkGatewayOf(env, brokerUrl)),
    ...(await checkGatewayServices(gatewayAdmin)),
    await checkApiKey(brokerUrl, apiKey ?? readStoredLogin(credentialsFile, brokerUrl)?.credential ?? null),
  ];
}

const isSilent = (finding: Finding | undefined) => finding?.detail.endsWith('does not answer') === true;

/** The gateway's address is by default one of this machine. If the broker is elsewhere, so is the gateway. */
async function checkGatewayOf(env: Environment, brokerUrl: string): Promise<Finding[]> {
  const { host, gatewayPort, gatewayUrl } = readLocationEnvironment(env);
  if (env['COUNTERSIGN_GATEWAY_URL'] === undefined && !isLoopbackHost(new URL(brokerUrl).hostname))
    return [skipped('gateway', 'set COUNTERSIGN_GATEWAY_URL to check the gateway of this broker')];
  const gateway = await checkGateway(gatewayUrl);
  return [
    gateway,
    await checkTransport('gateway TLS', gatewayUrl),
    checkHosts(brokerUrl, gatewayUrl),
    ...(isSilent(gateway)
      ? [await checkPort('gateway port', host, gatewayPort, 'COUNTERSIGN_GATEWAY_PORT')]
      : []),
  ];
}

/** Turns a variable that cannot be read into a finding, so that it hides no other finding. */
async function collectFindings(name: string, check: () => Promise<Finding[]>): Promise<Finding[]> {
  try {
    return await check();
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return error.problems.map(({ key, rule }) =>
      failed(name, `${key} ${rule}`, `Correct ${key}, or unset it.`),
    );
  }
}

function formatFinding({ name, status, detail, mend }: Finding): string[] {
  const first = `${SIGNS[status]} ${name.padEnd(15)} ${escapeForTerminal(detail)}`;
  return mend === null ? [first] : [first, `${' '.repeat(18)}→ ${escapeForTerminal(mend)}`];
}
