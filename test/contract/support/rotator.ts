/**
 * A second process that rotates the master key of a database, `rotator.ts URL`, and kills itself when it has sealed some of the
 * secrets again, and not all.
 */
import { rotateMasterKey, systemRandomness } from '@countersign/persistence';
import { optionsFor } from '../../support/migrated-database.js';

const SEALED_BEFORE_THE_KILL = 2;

let nonces = 0;
const random = {
  bytes: (length: number): Uint8Array => {
    nonces += 1;
    if (nonces > SEALED_BEFORE_THE_KILL) process.kill(process.pid, 'SIGKILL');
    return systemRandomness.bytes(length);
  },
};
const [, , url = ''] = process.argv;
await rotateMasterKey({ ...optionsFor(url, { random }), newMasterKey: new Uint8Array(32).fill(9) });
process.disconnect();
