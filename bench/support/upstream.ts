import { freePort } from '../../test/support/free-port.js';
import { Program } from '../../test/support/program.js';
import type { Closing } from './closing.js';
import { onPath } from './foreign.js';
import { startNginx } from './nginx.js';

export type Upstream = { origin: string; kind: 'nginx' | 'Node hello' };

/** The same small answer for every path. */
const ANSWER = `location / {
      default_type application/json;
      return 200 '{"id":"inv-1","status":"open","total":1234.5,"currency":"EUR"}';
    }`;

/** Starts nginx if the PATH has it, otherwise a Node server in a process of its own. */
export async function startUpstream(closing: Closing): Promise<Upstream> {
  const nginx = onPath('nginx');
  if (nginx !== undefined) {
    const { origin } = await startNginx(nginx, { server: ANSWER }, closing);
    return { origin, kind: 'nginx' };
  }
  const port = await freePort();
  const origin = `http://127.0.0.1:${port}`;
  const hello = Program.start({
    name: 'hello',
    script: 'bench/servers/hello.js',
    env: { PORT: String(port) },
  });
  closing.add(() => hello.dispose());
  await hello.untilReady(origin);
  return { origin, kind: 'Node hello' };
}
