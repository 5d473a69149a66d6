import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { LOCALHOST_CERTIFICATE } from '../fakes/localhost-certificate.js';
import { accepts } from '../support/accepts.js';
import { type DebianProgram, startError } from '../support/debian-program.js';
import { eventually } from '../support/eventually.js';

/** A configuration of docs/gateways/, the folder for it, the proxy's port, the secret that it shows if it asks, and texts to replace. */
export type ProxySetup = {
  name: string;
  folder: string;
  port: number;
  secret?: string;
  replaced: Readonly<Record<string, string>>;
};

/** A proxy of Debian that runs with a configuration from docs/gateways/. */
export class RealProxy {
  private output = '';

  private constructor(private readonly child: ChildProcess) {
    for (const stream of [child.stdout, child.stderr])
      stream?.on('data', (chunk: Buffer) => {
        this.output += chunk.toString();
      });
  }

  /**
   * Starts it and waits until its port accepts connections.
   *
   * @throws Error that names the package of a program that is missing, or has what the program wrote
   */
  static async start(program: DebianProgram, port: number, env: NodeJS.ProcessEnv = {}): Promise<RealProxy> {
    const child = spawn(program.name, program.args, { env: { ...process.env, ...env }, stdio: 'pipe' });
    const proxy = new RealProxy(child);
    const failed = new Promise<never>((_resolve, reject) => {
      child.once('error', (error) => reject(startError(program, error)));
      child.once('exit', (code) => reject(new Error(`${program.name} ended (${code}): ${proxy.output}`)));
    });
    failed.catch(() => undefined);
    await Promise.race([failed, eventually(`${program.name} listens`, () => accepts(port), 20_000)]);
    return proxy;
  }

  async stop(): Promise<void> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    const ended = once(this.child, 'exit');
    this.child.kill('SIGTERM');
    await ended;
  }
}

/** Starts HAProxy with the configuration of docs/gateways/ before two gateways (`HOST:PORT`), with TLS as `localhost`. */
export async function startHaproxy(
  gateways: readonly [string, string],
  folder: string,
  port: number,
): Promise<RealProxy> {
  const pem = join(folder, 'gateway.pem');
  await writeFile(pem, `${LOCALHOST_CERTIFICATE.cert}\n${LOCALHOST_CERTIFICATE.key}\n`, { mode: 0o600 });
  const config = await writeConfiguration('haproxy.cfg', folder, {
    '127.0.0.1:4100': gateways[0],
    '127.0.0.1:4110': gateways[1],
    '127.0.0.1:8443': `127.0.0.1:${port}`,
    '/etc/haproxy/gateway.pem': pem,
  });
  return RealProxy.start({ name: 'haproxy', package: 'haproxy', args: ['-f', config, '-db'] }, port);
}

/** Starts nginx with a configuration of docs/gateways/ that includes the secret from a file. */
export async function startNginx({ name, folder, port, secret, replaced }: ProxySetup): Promise<RealProxy> {
  const secretFile = join(folder, 'secret.conf');
  await writeFile(secretFile, `proxy_set_header Countersign-Proxy-Secret "${secret}";\n`);
  const included = secret === undefined ? {} : { '/etc/nginx/countersign-secret.conf': secretFile };
  const site = await writeConfiguration(name, folder, { ...replaced, ...included });
  return runNginx(site, folder, port);
}

/** Runs nginx with this file of servers. */
export async function runNginx(site: string, folder: string, port: number): Promise<RealProxy> {
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
    (kind) => `${kind}_temp_path ${join(folder, kind)};`,
  );
  const main = join(folder, 'main.conf');
  await writeFile(
    main,
    [
      `daemon off; worker_processes 1; pid ${join(folder, 'nginx.pid')}; error_log stderr;`,
      `events {} http { access_log off; ${temporary.join(' ')} include ${site}; }`,
    ].join('\n'),
  );
  const args = ['-c', main, '-e', 'stderr'];
  return RealProxy.start({ name: 'nginx', package: 'nginx-light', args }, port);
}

/**
 * Starts Caddy with a configuration of docs/gateways/ that reads the secret from its environment.
 *
 * @param processor runs all its threads on this one, so that the system interrupts them at any place
 */
export async function startCaddy(
  { name, folder, port, secret, replaced }: ProxySetup,
  processor?: number,
): Promise<RealProxy> {
  const site = await writeConfiguration(name, folder, replaced);
  const config = join(folder, 'own.caddy');
  await writeFile(config, `{\n\tadmin off\n}\n${await readFile(site, 'utf8')}`);
  const args = ['run', '--config', config, '--adapter', 'caddyfile'];
  const program =
    processor === undefined
      ? { name: 'caddy', package: 'caddy', args }
      : { name: 'taskset', package: 'util-linux', args: ['-c', `${processor}`, 'caddy', ...args] };
  return RealProxy.start(program, port, {
    ...(processor !== undefined && { GOMAXPROCS: '16' }),
    ...{
      COUNTERSIGN_AUTHZ_SECRET: secret ?? '',
      HOME: folder,
      XDG_DATA_HOME: folder,
      XDG_CONFIG_HOME: folder,
    },
  });
}

/**
 * Writes a configuration of docs/gateways/ with other addresses and files.
 *
 * @throws Error if the configuration does not have a text that is to be replaced
 */
export async function writeConfiguration(
  name: string,
  folder: string,
  replaced: Readonly<Record<string, string>>,
): Promise<string> {
  let text = await readFile(join('docs/gateways', name), 'utf8');
  for (const [from, to] of Object.entries(replaced)) {
    if (!text.includes(from)) throw new Error(`${name} has no ${from}`);
    text = text.replaceAll(from, to);
  }
  const path = join(folder, name);
  await writeFile(path, text);
  return path;
}
