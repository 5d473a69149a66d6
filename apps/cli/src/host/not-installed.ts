import type { Command } from 'commander';
import { CliError } from '../command/errors.js';
import type { HostPart } from '../command/host-part.js';

/** Verbs of the host, by their first word; and those of `trust`. */
const OF_PROGRAM = [
  'migrate',
  'apply',
  'backup',
  'restore',
  'keys',
  'scim',
  'gateways',
  'tour',
  'broker',
  'gateway',
];
const OF_TRUST = ['reset'];

/** In place of the host's verbs if they are not installed: each refuses with `only_on_host` and names the command to run there. */
export const hostVerbsNotInstalled: HostPart = {
  register: (program, trust) => {
    for (const name of OF_PROGRAM) refer(program, name, name);
    for (const name of OF_TRUST) refer(trust, name, `${trust.name()} ${name}`);
  },
  checkStore: undefined,
};

function refer(parent: Command, name: string, verb: string): void {
  const detail = `"${verb}" is a verb of the host that runs Countersign. Run it there, in a clone or with bin/countersign.mjs of a release: npx countersign ${verb}`;
  parent
    .command(name, { hidden: true })
    .description(detail)
    .argument('[words...]')
    .allowUnknownOption()
    .helpOption(false)
    .action(() => {
      throw new CliError('only_on_host', detail);
    });
}
