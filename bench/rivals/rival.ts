import type { JsonWebKey } from 'node:crypto';
import { freePort } from '../../test/support/free-port.js';
import { Program } from '../../test/support/program.js';
import type { Closing } from '../support/closing.js';

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
