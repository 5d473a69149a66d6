import { join } from 'node:path';
import { freePort } from '../../test/support/free-port.js';
import type { Closing } from './closing.js';
import { folderWith, startOnPort } from './foreign.js';

/** `main` and `http`: further lines of these parts. `server`: what the one server does. `files`: further files of its folder. */
export type NginxParts = { main?: string; http?: string; server: string; files?: Record<string, string> };

/** Starts nginx with one worker process. `server` has to answer `/ready` with 200. */
export async function startNginx(program: string, parts: NginxParts, closing: Closing) {
  const port = await freePort();
  const folder = await folderWith(closing, (at) => ({
    ...parts.files,
    'nginx.conf': configuration(at, port, parts),
  }));
  const file = join(folder, 'nginx.conf');
  return startOnPort(program, port, ['-p', folder, '-c', file, '-e', join(folder, 'error.log')], closing);
}

const configuration = (
  folder: string,
  port: number,
  { main = '', http = '', server }: NginxParts,
): string => `
${main}
daemon off;
worker_processes 1;
pid ${folder}/nginx.pid;
events { worker_connections 2048; }
http {
  access_log off;
  client_body_temp_path ${folder}/body;
  proxy_temp_path ${folder}/proxy;
  fastcgi_temp_path ${folder}/fastcgi;
  uwsgi_temp_path ${folder}/uwsgi;
  scgi_temp_path ${folder}/scgi;
  keepalive_requests 100000000;
  ${http}
  server {
    listen 127.0.0.1:${port};
    ${server}
  }
}
`;
