import { join } from 'node:path';
import { freePort } from '../../test/support/free-port.js';
import { folderWith, onPath, startOnPort } from '../support/foreign.js';
import { type Rival, startServer } from './rival.js';

/** Caddy queries a Node program with `jsonwebtoken` for each call; the processor time is that of both. */
export const caddyForwardAuth: Rival = {
  ...{ name: 'Caddy forward_auth + jsonwebtoken', needs: 'caddy', verifies: true },
  async start(setup) {
    const program = onPath('caddy');
    if (program === undefined) return undefined;
    const checker = await startServer('plain-checker', setup);
    const port = await freePort();
    const folder = await folderWith(setup.closing, () => ({
      Caddyfile: `{
	admin off
	log {
		level ERROR
	}
}
http://127.0.0.1:${port} {
	respond /ready 200
	handle_path /billing/* {
		forward_auth ${new URL(checker.origin).host} {
			uri /check
		}
		reverse_proxy ${setup.upstream} {
			header_up -Authorization
		}
	}
}
`,
    }));
    const args = ['run', '--config', join(folder, 'Caddyfile'), '--adapter', 'caddyfile'];
    const caddy = await startOnPort(program, port, args, setup.closing);
    return { origin: caddy.origin, pids: [...caddy.pids, ...checker.pids] };
  },
};
