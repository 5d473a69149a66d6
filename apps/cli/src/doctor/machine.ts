import { accessSync, constants, statSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { type Environment, masterKeyFile } from '@countersign/config';
import { type Finding, failed, ok, skipped, warning } from './finding.js';

const MIN_NODE = [20, 19] as const;
const GROUP_AND_OTHERS = 0o077;

export function checkNode(version: string): Finding {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const isEnough = major > MIN_NODE[0] || (major === MIN_NODE[0] && minor >= MIN_NODE[1]);
  return isEnough
    ? ok('node', `Node ${version}`)
    : failed('node', `Node ${version} is too old`, `Install Node ${MIN_NODE.join('.')} or later.`);
}

/** A variable that nothing reads is usually a typing mistake, and the default is used without a word. */
export function checkVariables(env: Environment, known: ReadonlySet<string>): Finding {
  const unknown = Object.keys(env).filter(
    (name) => name.startsWith('COUNTERSIGN_') && !known.has(name.replace(/_FILE$/, '')),
  );
  return unknown.length === 0
    ? ok('variables', 'every COUNTERSIGN_… variable that is set is known')
    : warning('variables', `nothing reads ${unknown.join(', ')}`, 'Correct the name, or unset it.');
}

/** The data folder holds the database and, in the demo, the master key: no one else should read it. */
export function checkDataFolder(path: string): Finding {
  const name = 'data folder';
  const mode = modeOf(path);
  if (mode === undefined) return skipped(name, `${path} does not exist yet; it is created when it is needed`);
  try {
    accessSync(path, constants.R_OK | constants.W_OK | constants.X_OK);
  } catch {
    return failed(
      name,
      `${path} cannot be written by this user`,
      `Give it to the user that runs Countersign: chown USER ${path}`,
    );
  }
  return (mode & GROUP_AND_OTHERS) === 0
    ? ok(name, `${path}, for this user alone`)
    : warning(name, `others on this machine may read ${path}`, `chmod 700 ${path}`);
}

export function checkMasterKeyFile(dataDir: string): Finding {
  const name = 'master key file';
  const path = masterKeyFile(dataDir);
  const mode = modeOf(path);
  if (mode === undefined) return skipped(name, 'none in the data folder; the key comes from the environment');
  return (mode & GROUP_AND_OTHERS) === 0
    ? ok(name, `${path}, for this user alone`)
    : failed(
        name,
        `others on this machine may read ${path}`,
        `chmod 600 ${path}, and assume that others know the key`,
      );
}

export function checkCurl(path: string): Finding {
  const found = path.split(delimiter).some((folder) => {
    try {
      accessSync(join(folder, 'curl'), constants.X_OK);
      return folder !== '';
    } catch {
      return false;
    }
  });
  return found
    ? ok('curl', 'installed')
    : warning('curl', 'not on the PATH', 'Install it for "countersign curl", or use "countersign proxy".');
}

function modeOf(path: string): number | undefined {
  try {
    return statSync(path).mode;
  } catch {
    return undefined;
  }
}
