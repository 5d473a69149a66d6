import { spawn } from 'node:child_process';

/** Opens a web address in the desktop's browser. A failure is ignored: the address has been printed. */
export function openBrowser(url: string): void {
  const [command, ...args] = browserCommand(url, process.platform);
  if (command === undefined) return;
  spawn(command, args, { stdio: 'ignore', detached: true })
    .on('error', () => undefined)
    .unref();
}

/**
 * The desktop's own command for a web address. Empty for any other: the address comes from a broker, and the same command opens
 * files and starts programs.
 */
export function browserCommand(url: string, platform: NodeJS.Platform): string[] {
  if (!/^https?:\/\//.test(url)) return [];
  if (platform === 'darwin') return ['open', url];
  return platform === 'win32' ? ['rundll32', 'url.dll,FileProtocolHandler', url] : ['xdg-open', url];
}
