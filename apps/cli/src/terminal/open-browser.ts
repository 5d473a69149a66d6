import { spawn } from 'node:child_process';

/** Opens a web address with the desktop's own command. A failure is ignored: the address has been printed. */
export function openBrowser(url: string): void {
  if (!/^https?:\/\//.test(url)) return;
  const [command = '', ...args] =
    process.platform === 'darwin'
      ? ['open', url]
      : process.platform === 'win32'
        ? ['rundll32', 'url.dll,FileProtocolHandler', url]
        : ['xdg-open', url];
  spawn(command, args, { stdio: 'ignore', detached: true })
    .on('error', () => undefined)
    .unref();
}
