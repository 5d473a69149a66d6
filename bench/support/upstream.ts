import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { eventually } from '../../test/support/eventually.js';
import { freePort } from '../../test/support/free-port.js';
import { isReady, Program } from '../../test/support/program.js';
import { removeFolder, tempFolder } from '../../test/support/temp-folder.js';
import type { Closing } from './closing.js';
import { onPath, startForeign } from './foreign.js';

export type Upstream = { origin: string; kind: 'nginx' | 'Node hello' };

/** Starts nginx where the PATH has it, else a Node server in a process of its own. */
export async function startUpstream(closing: Closing): Promise<Upstream> {
  const port = await freePort();
  const origin = `http://127.0.0.1:${port}`;
  const nginx = onPath('nginx');
  if (nginx !== undefined) {
    await startNginx(nginx, port, closing);
    await eventually('nginx answers', () => isReady(origin));
    return { origin, kind: 'nginx' };
  }
  const hello = Program.start({
    name: 'hello',
    script: 'bench/servers/hello.js',
    env: { PORT: String(port) },
  });
  closing.add(() => hello.dispose());
  await hello.untilReady(origin);
  return { origin, kind: 'Node hello' };
}

async function startNginx(program: string, port: number, closing: Closing): Promise<void> {
  const folder = await tempFolder('nginx');
  closing.add(() => removeFolder(folder));
  const file = join(folder, 'nginx.conf');
  writeFileSync(file, configuration(folder, port));
  startForeign(program, ['-p', folder, '-c', file, '-e', join(folder, 'error.log')], closing);
}

const configuration = (folder: string, port: number): string => `
daemon off;
worker_processes 1;
pid ${folder}/nginx.pid;
events { worker_connections 1024; }
http {
  access_log off;
  client_body_temp_path ${folder}/body;
  proxy_temp_path ${folder}/proxy;
  fastcgi_temp_path ${folder}/fastcgi;
  uwsgi_temp_path ${folder}/uwsgi;
  scgi_temp_path ${folder}/scgi;
  keepalive_requests 100000000;
  server {
    listen 127.0.0.1:${port};
    location / {
      default_type application/json;
      return 200 '{"id":"inv-1","status":"open","total":1234.5,"currency":"EUR"}';
    }
  }
}
`;
