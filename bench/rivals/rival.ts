import type { JsonWebKey } from 'node:crypto';
import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { eventually } from '../../test/support/eventually.js';
import { freePort } from '../../test/support/free-port.js';
import { isReady, Program } from '../../test/support/program.js';
import { removeFolder, tempFolder } from '../../test/support/temp-folder.js';
import type { Closing } from '../support/closing.js';
import { startForeign } from '../support/foreign.js';

/** What a proxy needs to know. `upstream`: host and port. The public key as PEM and as JWK. */
export type RivalSetup = {
  upstream: string;
  issuer: string;
  audience: string;
  pem: string;
  jwk: JsonWebKey;
  closing: Closing;
};

/** A proxy that runs: its processes are these and their children. It forwards `/billing/…` to `/…` of the upstream. */
export type RunningRival = { origin: string; pids: number[] };

/** `start` returns undefined if the machine does not have what it needs. */
export type Rival = {
  name: string;
  needs: string;
  verifies: boolean;
  start(setup: RivalSetup): Promise<RunningRival | undefined>;
};

/** A new folder with these files; it is removed at the end. */
export async function folderWith(
  closing: Closing,
  files: (folder: string) => Record<string, string>,
): Promise<string> {
  const folder = await tempFolder('rival');
  closing.add(() => removeFolder(folder));
  // Apache's workers run as another user if this is root.
  chmodSync(folder, 0o755);
  for (const [name, text] of Object.entries(files(folder))) writeFileSync(join(folder, name), text);
  return folder;
}

/** Starts a program of the machine; its configuration answers `/ready` with 200. */
export async function startOnPort(
  program: string,
  port: number,
  args: readonly string[],
  closing: Closing,
): Promise<RunningRival> {
  const child = startForeign(program, args, closing);
  const origin = `http://127.0.0.1:${port}`;
  await eventually(`${program} answers`, () => isReady(`${origin}/ready`), 20_000);
  return { origin, pids: [child.pid as number] };
}

/** Starts a Node program of bench/servers, which answers `/ready` with 200. */
export async function startServer(
  name: string,
  { upstream, issuer, audience, pem, jwk, closing }: RivalSetup,
): Promise<RunningRival> {
  const port = await freePort();
  const program = Program.start({
    ...{ name, script: `bench/servers/${name}.js` },
    env: {
      ...{ PORT: String(port), UPSTREAM: `http://${upstream}`, PUBLIC_KEY: pem, JWK: JSON.stringify(jwk) },
      ...{ ISSUER: issuer, AUDIENCE: audience },
    },
  });
  closing.add(() => program.dispose().then(() => undefined));
  const origin = `http://127.0.0.1:${port}`;
  await program.untilReady(`${origin}/ready`);
  return { origin, pids: [program.pid] };
}
