import { createServer } from 'node:net';
import { DemoError } from '../demo-error.js';

export type WantedPort = { use: string; variable: string; host: string; port: number };

/**
 * Looks whether each port can be had, before anything is written or started.
 * @throws DemoError `port_in_use`, `port_unavailable`
 */
export async function checkPorts(wanted: WantedPort[]): Promise<void> {
  for (const each of wanted) {
    const reason = await tryListen(each.host, each.port);
    if (reason === undefined) continue;
    if (reason === 'EADDRINUSE') {
      throw new DemoError(
        'port_in_use',
        `port ${each.port}, for the ${each.use}, is in use: perhaps by another "npm start". Stop that one, or set ${each.variable} to a free port`,
      );
    }
    throw new DemoError(
      'port_unavailable',
      `port ${each.port}, for the ${each.use}, cannot be had (${reason})`,
    );
  }
}

function tryListen(host: string, port: number): Promise<string | undefined> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message));
    server.listen({ host, port, exclusive: true }, () => server.close(() => resolve(undefined)));
  });
}
