import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/** Lets V8 collect all that nothing holds any more. A weak reference that was read in this turn still holds what it refers to. */
export function collectGarbage(): void {
  setFlagsFromString('--expose-gc');
  (runInNewContext('gc') as () => void)();
}
