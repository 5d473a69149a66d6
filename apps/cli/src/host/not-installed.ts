import type { Command } from 'commander';
import { CliError } from '../command/errors.js';
import type { HostPart } from '../command/host-part.js';

/** Verbs of the host, by their first word; and those of `trust`. */
const OF_PROGRAM = ['migrate', 'apply', 'restore', 'keys', 'scim', 'gateways', 'tour', 'broker', 'gateway'];
const OF_TRUST = ['reset'];

/** In place of the host's verbs if they are not installed: each refuses with `only_on_host` and says where to run it. */
export const hostVerbsNotInstalled: HostPart = {
  register: (program, trust) => {
    for (const name of OF_PROGRAM) refer(program, name);
    for (const name of OF_TRUST) refer(trust, name);
  },
  checkStore: undefined,
};

function refer(parent: Command, name: string): void {
  parent
    .command(name, { hidden: true })
    .argument('[words...]')
    .allowUnknownOption()
    .helpOption(false)
    .action(() => {
      throw new CliError(
        'only_on_host',
        `"${name}" is a verb of the host that runs Countersign. Run it there, from its clone or image: npx countersign ${name}`,
      );
    });
}
