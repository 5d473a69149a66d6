import { type Command, Option } from 'commander';
import type { Run } from '../command/context.js';
import { examples, verb } from '../command/define.js';
import type { CreateKeyOptions } from './keys.js';
import type { ApplyOptions } from './organisation.js';
import type { PinOptions } from './pins.js';
import type { TourVerbOptions } from './tour.js';
import type { ResetOptions } from './trust-reset.js';

/** Open the store itself, on the broker's host, whether or not a broker runs. */
export function registerHost(program: Command, run: Run): void {
  program.commandsGroup('On the broker’s host:');

  verb(program, 'migrate', 'Bring the database to this version and make the first keys').action(
    run(async (context) => (await import('./database.js')).migrate(context)),
  );

  verb(program, 'apply', 'Make the organisation what a file says, all of it or nothing')
    .requiredOption('-f, --file <file>', 'organisation file (YAML or JSON); - reads stdin')
    .option('--dry-run', 'show the differences and write nothing')
    .addHelpText('after', examples('countersign apply -f organisation.yaml --dry-run'))
    .action(
      run(async (context, options: ApplyOptions) =>
        (await import('./organisation.js')).apply(context, options),
      ),
    );

  const keys = program.command('keys').description('API keys, and the keys that sign tokens');
  verb(keys, 'create', 'Make an API key for a person; stdout holds the key alone, this once')
    .requiredOption('--principal <email>', 'whose key')
    .option('--tenant <slug>', 'the person’s side, where several have this e-mail')
    .option('--ttl <duration>', 'how long it works, as ISO 8601', 'PT8H')
    .addHelpText(
      'after',
      examples('export COUNTERSIGN_API_KEY=$(countersign keys create --principal erin@northwind.example)'),
    )
    .action(
      run(async (context, options: CreateKeyOptions) =>
        (await import('./keys.js')).createKey(context, options),
      ),
    );
  verb(keys, 'list', 'List API keys').action(
    run(async (context) => (await import('./keys.js')).listKeys(context)),
  );
  verb(keys, 'revoke', 'End an API key at once')
    .argument('<key>', 'key_…')
    .action(run(async (context, id: string) => (await import('./keys.js')).revokeKey(context, id)));
  verb(keys, 'rotate-signing', 'Bring in a new key for tokens; the old one verifies for an hour more').action(
    run(async (context) => (await import('./keys.js')).rotateSigning(context)),
  );
  verb(keys, 'revoke-signing', 'Withdraw a compromised signing key: its tokens die at once')
    .argument('<kid>', 'as /.well-known/jwks.json names it')
    .action(run(async (context, kid: string) => (await import('./keys.js')).revokeSigning(context, kid)));

  const gateways = program.command('gateways').description('Gateways that may connect');
  verb(gateways, 'enroll', 'Enrol a gateway; stdout holds its credential alone, this once')
    .argument('<name>', 'what you call it')
    .addHelpText('after', examples('countersign gateways enroll eu-1 > credential && chmod 600 credential'))
    .action(
      run(async (context, name: string) => (await import('./gateways.js')).enrollGateway(context, name)),
    );
  verb(gateways, 'list', 'List gateways').action(
    run(async (context) => (await import('./gateways.js')).listGateways(context)),
  );
  verb(gateways, 'revoke', 'Shut a gateway out at once')
    .argument('<gateway>', 'gtw_…, or the name that it was enrolled with')
    .action(
      run(async (context, idOrName: string) =>
        (await import('./gateways.js')).revokeGateway(context, idOrName),
      ),
    );

  verb(gateways, 'pin', 'On a gateway’s host: pin a customer’s first trust document by its fingerprint')
    .argument('<tenant>', 'its slug')
    .argument('<fingerprint>', 'sha256:…, as the customer’s anchor file and its page show it')
    .option(
      '--at-least <version>',
      'sha256:… of a later version: until the chain holds it, nothing of the tenant opens',
    )
    .addHelpText(
      'after',
      '\nThe running gateway takes it within a second. Another pin than the one in force waits 72 hours, logged and told\nto the broker; setting the one in force again calls it off. Versions that --at-least names add up, and stay when\nthe same is pinned again without it; --at-least none takes all of them back.\n',
    )
    .action(
      run(async (context, tenant: string, hash: string, options: PinOptions) =>
        (await import('./pins.js')).pinTenant(context, tenant, hash, options),
      ),
    );
  verb(gateways, 'pins', 'On a gateway’s host: list what is pinned there').action(
    run(async (context) => (await import('./pins.js')).listPins(context)),
  );

  const trust = program.command('trust').description('What customers have claimed');
  verb(trust, 'reset', 'A claimed tenant lost all its keys: let its people claim it anew')
    .argument('<tenant>', 'its slug')
    .option('--reason <text>', 'why, for its people to read')
    .option('--cancel', 'call an open reset off')
    .addHelpText(
      'after',
      '\nLogged and announced to all of its people. It opens nothing by itself: gateways go by the new claim 72 hours\nafter each is pinned to it on its own host.\n',
    )
    .action(
      run(async (context, tenant: string, options: ResetOptions) =>
        (await import('./trust-reset.js')).resetTenant(context, tenant, options),
      ),
    );

  verb(program, 'restore', 'After restoring the database from a backup: let gateways follow it again')
    .addHelpText(
      'after',
      '\nUntil it is run, gateways that heard more than the backup knows refuse everything. Run it once, with the\nbrokers stopped; it opens a new epoch of the feed and stands in the deployment log. Digests that ended stay dead.\n',
    )
    .action(run(async (context) => (await import('./database.js')).restore(context)));

  verb(program, 'doctor', 'Say what is wrong with a set-up and how to mend it').action(
    run(async (context) => (await import('../doctor/doctor.js')).doctor(context)),
  );

  verb(program, 'tour', 'Play the main job against a running "npm start", showing what each party sees')
    .addOption(
      new Option(
        '--as <role>',
        'three attacks of a broker that was taken over, on a tenant that is claimed',
      ).choices(['attacker']),
    )
    .action(
      run(async (context, options: TourVerbOptions) => (await import('./tour.js')).tour(context, options)),
    );

  verb(program, 'broker', 'Run the broker in the foreground').action(async () =>
    (await import('./foreground.js')).foreground('broker', process.env),
  );
  verb(program, 'gateway', 'Run a gateway in the foreground (needs COUNTERSIGN_GATEWAY_CREDENTIAL)').action(
    async () => (await import('./foreground.js')).foreground('gateway', process.env),
  );
}
