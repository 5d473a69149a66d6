import { realpathSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/**
 * Whether Node was started with this file as the program. False if something else, such as a test, imported it.
 *
 * @param url `import.meta.url` of the file
 */
export function isMainModule(url: string): boolean {
  try {
    return realpathSync(process.argv[1] ?? '') === fileURLToPath(url);
  } catch {
    return false;
  }
}
