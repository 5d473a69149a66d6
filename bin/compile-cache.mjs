import module from 'node:module';
import { homedir } from 'node:os';
import { join } from 'node:path';

/**
 * Node 22.1 and later keep the code that they compile, for the next start. In the person's own folder and not in the temporary
 * one, which all people share: Node runs what it finds there.
 */
export function keepCompiledCode() {
  const caches = process.env.XDG_CACHE_HOME || homeCaches();
  if (caches) module.enableCompileCache?.(join(caches, 'countersign'));
}

/** Undefined if the user has no home, as a user id without a name in a container: then nothing is kept. */
function homeCaches() {
  try {
    return join(homedir(), '.cache');
  } catch {
    return undefined;
  }
}
