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
import type { Answer, Context } from '../command/context.js';
import { CliError } from '../command/errors.js';
import { storedLogin } from '../sign-in/credentials-file.js';
import { plain } from '../terminal/text.js';
import { type Finding, failed, skipped } from './check.js';
import { curlInstalled, dataFolder, masterKeyMode, nodeVersion, unknownVariables } from './machine.js';
import { apiKeyFinding, brokerFindings, gatewayFinding, portFinding } from './network.js';
import { storeFindings } from './store.js';

const SIGNS = { ok: '✓', warning: '!', failed: '✗', skipped: '·' } as const;

/** Looks at a set-up from end to end and says what is wrong and how to mend it. Ends with 1 where anything fails. */
export async function doctor(context: Context): Promise<Answer> {
  const { env } = context.io;
  const findings = [
    nodeVersion(process.versions.node),
    unknownVariables(env, KNOWN_VARIABLES),
    ...(await guarded('environment', () => hostFindings(env))),
    ...(await guarded('environment', () => networkFindings(env))),
    curlInstalled(env['PATH'] ?? ''),
  ];
  const broken = findings.filter(({ status }) => status === 'failed');
  const document = { healthy: broken.length === 0, checks: findings };
  const text = findings.flatMap(lines).join('\n');
  if (broken.length === 0) return { document, text };
  if (!context.json) context.io.stdout(`${text}\n`);
  throw new CliError('unhealthy', broken.map(({ name }) => name).join(', '), { document });
}

async function hostFindings(env: Context['io']['env']): Promise<Finding[]> {
  const { dataDir, storeNamed } = readLocationEnvironment(env);
  if (!storeNamed && !existsSync(masterKeyFile(dataDir)) && !existsSync(dataDir)) {
    return [skipped('store', 'no data folder, master key or database here: not the broker’s host')];
  }
  return [
    dataFolder(dataDir),
    masterKeyMode(dataDir),
    ...(await guarded('master key', async () =>
      storeFindings(readStoreEnvironment(env), readSlackEnvironment(env)),
    )),
  ];
}

async function networkFindings(env: Context['io']['env']): Promise<Finding[]> {
  const { brokerUrl, apiKey, credentialsFile } = readCliEnvironment(env);
  const { host, port, gatewayPort, gatewayUrl } = readLocationEnvironment(env);
  const broker = await brokerFindings(brokerUrl);
  const gateway = await gatewayFinding(gatewayUrl);
  const silent = (finding: Finding | undefined) => finding?.detail.endsWith('does not answer') === true;
  return [
    ...broker,
    ...(silent(broker[0]) ? [await portFinding('broker port', host, port, 'COUNTERSIGN_PORT')] : []),
    gateway,
    ...(silent(gateway)
      ? [await portFinding('gateway port', host, gatewayPort, 'COUNTERSIGN_GATEWAY_PORT')]
      : []),
    await apiKeyFinding(brokerUrl, apiKey ?? storedLogin(credentialsFile, brokerUrl)?.credential ?? null),
  ];
}

/** A variable that cannot be read is a finding like any other, and must not hide the rest. */
async function guarded(name: string, look: () => Promise<Finding[]>): Promise<Finding[]> {
  try {
    return await look();
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return error.problems.map(({ key, rule }) =>
      failed(name, `${key} ${rule}`, `Set ${key} right, or unset it.`),
    );
  }
}

function lines({ name, status, detail, mend }: Finding): string[] {
  const first = `${SIGNS[status]} ${name.padEnd(15)} ${plain(detail)}`;
  return mend === null ? [first] : [first, `${' '.repeat(18)}→ ${plain(mend)}`];
}
