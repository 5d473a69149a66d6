import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/** A read of so many bytes is a piece of a large body: heads and small answers are far below this. */
const LARGE_BYTES = 16_384;
const COLLECT_BYTES = 8 * 1024 * 1024;

type Collector = (options: { type: 'minor' }) => void;

/** V8's own collector, which it otherwise hides. The flag is for contexts that are made later: none of them needs it. */
function exposedCollector(): Collector {
  setFlagsFromString('--expose-gc');
  const collector = runInNewContext('gc') as Collector;
  setFlagsFromString('--no-expose-gc');
  return collector;
}

const collector = exposedCollector();

/** Collects what is young: 3 to 5 ms by the clock on a busy machine. */
export const collectYoungObjects = (): void => collector({ type: 'minor' });

/**
 * Bounds the garbage of large bodies. Node reads each piece into 64 kB outside JavaScript's memory, and V8 does not collect pieces that
 * have been passed on until there are 32 MB of them; then their places in the process stay. So this collects after each 8 MB.
 */
export class LargeReadCollector {
  private bytes = 0;

  constructor(private readonly collect: () => void = collectYoungObjects) {}

  /** Called for each read of a socket. */
  note(bytes: number): void {
    if (bytes < LARGE_BYTES) return;
    this.bytes += bytes;
    if (this.bytes < COLLECT_BYTES) return;
    this.bytes = 0;
    this.collect();
  }
}

/** For all connections of this process. */
export const largeReadCollector = new LargeReadCollector();
