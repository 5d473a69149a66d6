import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { organisation } from '../../test/factories/organisation.js';
import { root } from '../../test/support/root.js';
import { Site } from '../../test/support/site.js';
import { makeRequest } from '../../test/support/story.js';
import { removeFolder, tempFolder } from '../../test/support/temp-folder.js';
import type { Closing } from '../support/closing.js';
import { type Family, median, type Row, rounded, times } from '../support/table.js';

const ROUNDS = 15;
const RIVAL = ['-e', '0'];

/** How long the command takes from its start to its end, beside a Node process that does nothing. */
export const cliStart: Family = {
  name: 'cli-start',
  async run(closing: Closing): Promise<Row[]> {
    const folder = await tempFolder('cli-start');
    closing.add(() => removeFolder(folder));
    const site = await Site.start({ organisation: organisation() });
    closing.add(() => site.close());
    const request = await makeRequest(site, 'engineer');
    const env = {
      PATH: process.env['PATH'] ?? '',
      HOME: folder,
      npm_config_cache: join(folder, 'npm-cache'),
      COUNTERSIGN_BROKER_URL: site.brokerUrl,
      COUNTERSIGN_API_KEY: await site.key('engineer'),
    };
    const commands = { 'of a clone': join(root, 'bin/countersign.mjs'), installed: install(folder, env) };
    return Object.entries(commands).flatMap(([which, command]) =>
      [['--version'], ['--help'], ['show', request.id]].map((words) =>
        measure(`countersign ${words[0]}, ${which}`, [command, ...words], env),
      ),
    );
  },
};

type Environment = Record<string, string>;

/** @returns the program of the package, as `npm install --global` leaves it */
function install(folder: string, env: Environment): string {
  const packed = output(process.execPath, [join(root, 'bin/package.mjs'), folder], env).trim();
  output('npm', ['install', '--global', '--prefix', folder, '--offline', packed], env);
  return join(folder, 'lib/node_modules/countersign/bin/countersign.mjs');
}

function measure(what: string, command: readonly string[], env: Environment): Row {
  const timed = (args: readonly string[]) => {
    const began = performance.now();
    output(process.execPath, args, env);
    return performance.now() - began;
  };
  // The first start reads the files from the disk, and Node 22 keeps what it compiles.
  timed(command);
  const rounds = Array.from({ length: ROUNDS }, () => ({ ours: timed(command), rival: timed(RIVAL) }));
  return {
    what,
    figure: `${rounded(median(rounds.map(({ ours }) => ours)))} ms`,
    rival: `node -e 0 (Node ${process.versions.node})`,
    rivalFigure: `${rounded(median(rounds.map(({ rival }) => rival)))} ms`,
    ratio: times(median(rounds.map(({ ours, rival }) => ours / rival))),
    target: '≤ 300 ms',
  };
}

function output(program: string, args: readonly string[], env: Environment): string {
  const { status, stdout, stderr } = spawnSync(program, args, { env, encoding: 'utf8' });
  if (status !== 0) throw new Error(`${program} ${args.join(' ')} exits with ${status}: ${stderr}`);
  return stdout;
}
