import { type Command, Option } from 'commander';
import type { Run } from '../command/context.js';
import { addVerb, examples, GROUPS } from '../command/define.js';
import { repeated } from '../command/flags.js';
import type { HostPart } from '../command/host-part.js';
import type { ContextKeyOptions } from './context-keys.js';
import type { EnrollOptions } from './gateways.js';
import type { CreateKeyOptions, RotateLogOptions } from './keys.js';
import type { ApplyOptions } from './organisation.js';
import type { PinOptions } from './pins.js';
import type { ProbeOptions } from './probe-paths.js';
import type { RestoreOptions } from './restore.js';
import type { SqlSetupOptions } from './sql-setup.js';
import type { TourVerbOptions } from './tour.js';
import type { ResetOptions } from './trust-reset.js';

/** Verbs that open the database itself, on the broker's host, whether or not a broker runs; and those of a gateway's host. */
export const hostPart: HostPart = {
  register: registerHost,
  checkStore: async (...environments) => (await import('../doctor/store.js')).checkStore(...environments),
};

function registerHost(program: Command, trust: Command, run: Run): void {
  program.commandsGroup(GROUPS.host);
  defineDatabase(program, run);
  defineKeys(program, run);
  defineScim(program, run);
  defineGateways(program, run);
  defineTrustReset(trust, run);
  definePrograms(program, run);
}

function defineDatabase(program: Command, run: Run): void {
  addVerb(program, 'migrate', 'Bring the database to this version and make the first keys').action(
    run(async (context) => (await import('./database.js')).migrate(context)),
  );

  addVerb(program, 'apply', 'Make the organisation what a file says, all of it or nothing')
    .requiredOption('-f, --file <file>', 'organisation file (YAML or JSON); - reads stdin')
    .option('--dry-run', 'show the differences and write nothing')
    .option(
      '--expect <hash>',
      'refuse if another organisation is in force than the one that a dry run or the page Organisation compared with',
    )
    .addHelpText(
      'after',
      examples(
        'countersign apply -f organisation.yaml --dry-run',
        'countersign apply -f organisation.yaml --expect sha256:…',
      ),
    )
    .action(
      run(async (context, options: ApplyOptions) =>
        (await import('./organisation.js')).apply(context, options),
      ),
    );

  addVerb(program, 'backup', 'Write the database as of one moment into a file, while brokers run')
    .argument('<file>', 'the file to make')
    .addHelpText(
      'after',
      '\nAn SQLite database is copied with what is not in its file yet, which a plain copy would lack. PostgreSQL’s is dumped by\nthe pg_dump of the PATH, with the owner’s login. The master key is not in the backup, and nothing that is sealed in it\nopens without that key. To put it back, stop the brokers; then put the file in the database’s place and remove its -wal\nand -shm, or run pg_restore into an empty database and `countersign migrate`; then run `countersign restore`.\n',
    )
    .action(
      run(async (context, file: string) => (await import('./backup.js')).backUpDatabase(context, file)),
    );

  addVerb(
    program,
    'restore',
    'After restoring the database from a backup: begin a new epoch that says what was lost',
  )
    .option(
      '--checkpoint <path>',
      'a later checkpoint of a log: a mirror’s folder, a witness’s witnessed.json, or a signed checkpoint; repeat it for more',
      repeated,
      [],
    )
    .addHelpText(
      'after',
      '\nUntil you run it, gateways that have received more than the backup holds refuse everything. Stop the brokers before\nyou put the backup in place, and run it once, before you start them. Digests that ended stay dead. Every log continues\nunder a new origin (…/2, …/3), and its next leaf names the last known checkpoint and how many leaves were lost. Ask\nyour customers for their mirrors: without a later checkpoint no loss is known, and a follower that has seen more leaves\nreports it. Anchor files and mirrors stay valid; witnesses need the new origin (docs/log.md).\n',
    )
    .action(
      run(async (context, options: RestoreOptions) =>
        (await import('./restore.js')).restore(context, options),
      ),
    );
}

function defineKeys(program: Command, run: Run): void {
  const keys = program.command('keys').description('API keys, and the keys that sign tokens and logs');

  addVerb(keys, 'create', 'Make an API key for a person; stdout holds the key alone, this once')
    .requiredOption('--principal <email>', 'whose key')
    .option('--tenant <slug>', 'the person’s side, if several sides have this e-mail')
    .option('--ttl <duration>', 'how long it works, such as 8h or PT8H', 'PT8H')
    .addHelpText(
      'after',
      examples('export COUNTERSIGN_API_KEY=$(countersign keys create --principal erin@northwind.example)'),
    )
    .action(
      run(async (context, options: CreateKeyOptions) =>
        (await import('./keys.js')).createKey(context, options),
      ),
    );

  addVerb(keys, 'list', 'List API keys').action(
    run(async (context) => (await import('./keys.js')).listKeys(context)),
  );

  addVerb(keys, 'revoke', 'End an API key at once')
    .argument('<key>', 'key_…')
    .action(run(async (context, id: string) => (await import('./keys.js')).revokeKey(context, id)));

  addVerb(
    keys,
    'rotate-signing',
    'Add a new key that signs tokens; the old key verifies for an hour more',
  ).action(run(async (context) => (await import('./keys.js')).rotateSigning(context)));

  addVerb(
    keys,
    'rotate-log',
    'Add a new key that signs the logs’ checkpoints; the old key signs it in each log',
  )
    .option('--overlap <duration>', 'how long the old key signs beside it, as ISO 8601 (default: P30D)')
    .addHelpText(
      'after',
      '\nAnchor files, mirrors and state files of the old key stay valid: the log itself hands over to the new key. A witness\ndoes not read the log, and needs the new key within the overlap. If the old key is compromised, use --overlap PT1S. A\nrotation that was interrupted is completed by the next run, or by a running broker.\n',
    )
    .action(
      run(async (context, options: RotateLogOptions) =>
        (await import('./keys.js')).rotateLogKey(context, options),
      ),
    );

  addVerb(keys, 'rotate-master', 'Seal everything in the database again under another master key')
    .addHelpText(
      'after',
      '\nStop the brokers first, and start them with the new key. If the key is in the data folder’s file master-key, the verb\nmakes the new one and replaces the file. Otherwise set COUNTERSIGN_NEW_MASTER_KEY, or COUNTERSIGN_NEW_MASTER_KEY_FILE,\nto 32 other random bytes in base64. On PostgreSQL use the owner’s URL. Backups made before need the old key.\n',
    )
    .addHelpText(
      'after',
      examples('COUNTERSIGN_NEW_MASTER_KEY_FILE=/run/secrets/new-key countersign keys rotate-master'),
    )
    .action(run(async (context) => (await import('./rotate-master.js')).rotateMaster(context)));

  addVerb(keys, 'revoke-signing', 'Withdraw a compromised signing key; its tokens are refused at once')
    .argument('<kid>', 'as /.well-known/jwks.json names it')
    .action(run(async (context, kid: string) => (await import('./keys.js')).revokeSigning(context, kid)));
}

function defineScim(program: Command, run: Run): void {
  const scim = program.command('scim').description('SCIM clients, which keep a side’s people and groups');

  addVerb(scim, 'create', 'Make the token of a side’s SCIM client; stdout holds it alone, this once')
    .argument('<side>', 'a tenant’s slug, or vendor')
    .option('--ttl <duration>', 'how long it works, such as 90d or P90D', 'P365D')
    .addHelpText('after', examples('countersign scim create acme > token && chmod 600 token'))
    .action(
      run(async (context, side: string, options: { ttl: string }) =>
        (await import('./scim.js')).createToken(context, side, options),
      ),
    );

  addVerb(scim, 'list', 'List tokens of SCIM clients').action(
    run(async (context) => (await import('./scim.js')).listTokens(context)),
  );

  addVerb(scim, 'revoke', 'End a SCIM client’s token at once')
    .argument('<token>', 'sct_…')
    .action(run(async (context, id: string) => (await import('./scim.js')).revokeToken(context, id)));
}

function defineGateways(program: Command, run: Run): void {
  const gateways = program.command('gateways').description('Gateways that may connect');

  addVerb(gateways, 'enroll', 'Enrol a gateway; stdout holds its credential alone, this once')
    .argument('<name>', 'what you call it')
    .option('--service <name>', 'a service that it may serve; repeat it for more (default: all)', repeated)
    .option(
      '--tenant <slug>',
      'a tenant whose data it may serve; repeat it for more (default: all)',
      repeated,
    )
    .addHelpText(
      'after',
      examples(
        'countersign gateways enroll eu-1 > credential && chmod 600 credential',
        'countersign gateways enroll acme-1 --tenant acme --service billing > credential',
      ),
    )
    .addHelpText(
      'after',
      '\nName what it serves: a stolen credential then reads and reports nothing of other services and tenants. To change it\nlater, enrol the gateway again.\n',
    )
    .action(
      run(async (context, name: string, options: EnrollOptions) =>
        (await import('./gateways.js')).enrollGateway(context, name, options),
      ),
    );

  addVerb(gateways, 'list', 'List gateways').action(
    run(async (context) => (await import('./gateways.js')).listGateways(context)),
  );

  addVerb(gateways, 'revoke', 'Revoke a gateway’s enrolment at once')
    .argument('<gateway>', 'gtw_…, or the name that it was enrolled with')
    .action(
      run(async (context, idOrName: string) =>
        (await import('./gateways.js')).revokeGateway(context, idOrName),
      ),
    );
  defineGatewayHost(gateways, run);
}

/** Verbs of the host on which a gateway runs. They open no database. */
function defineGatewayHost(gateways: Command, run: Run): void {
  addVerb(gateways, 'pin', 'On a gateway’s host: pin a customer’s first trust document by its fingerprint')
    .argument('<tenant>', 'its slug')
    .argument('<fingerprint>', 'sha256:…, as the customer’s anchor file and its page show it')
    .option(
      '--at-least <version>',
      'sha256:… of a later version; until the chain contains it, no call of the tenant is allowed',
    )
    .addHelpText(
      'after',
      '\nThe running gateway reads the pin within a second. A pin that differs from the one in force waits for 72 hours; it\nis logged and reported to the broker. Setting the pin in force again calls the waiting one off. The versions that\n--at-least names add up, and stay if you pin again without it; --at-least none removes all of them.\n',
    )
    .action(
      run(async (context, tenant: string, hash: string, options: PinOptions) =>
        (await import('./pins.js')).pinTenant(context, tenant, hash, options),
      ),
    );

  addVerb(gateways, 'pins', 'On a gateway’s host: list what is pinned there').action(
    run(async (context) => (await import('./pins.js')).listPins(context)),
  );

  defineContextKey(gateways, run);
  defineSqlSetup(gateways, run);
  defineProbePaths(gateways, run);
}

function defineProbePaths(gateways: Command, run: Run): void {
  addVerb(
    gateways,
    'probe-paths',
    'On a gateway’s host: try which spellings of a path a service reads as the path, before you state `paths: exact`',
  )
    .argument('<upstream>', 'the origin of the service, such as http://localhost:4200')
    .argument('<path...>', 'paths that exist there, and whose GET changes nothing')
    .option(
      '--headers <file>',
      'a file with the request headers that the service requires, “Name: value” on each line',
    )
    .addHelpText(
      'after',
      '\nIt calls each path and a dozen spellings of it with GET, directly and not through a gateway: no record is made, and no\nsigned context is sent. Try it against a service without customers’ data if you can. Exit 1 if a spelling is read as\nthe path, or if the service answers all paths alike.\n',
    )
    .addHelpText(
      'after',
      examples('countersign gateways probe-paths http://localhost:4200 /tenants/test/orders/export'),
    )
    .action(
      run(async (context, upstream: string, paths: string[], options: ProbeOptions) =>
        (await import('./probe-paths.js')).probePaths(context, upstream, paths, options),
      ),
    );
}

function defineSqlSetup(gateways: Command, run: Run): void {
  addVerb(
    gateways,
    'sql-setup',
    'On a gateway’s host: make its login for a service of kind postgres; stdout holds the SQL for the database, this once',
  )
    .argument('<service>', 'its name')
    .argument(
      '<upstream>',
      'postgres://HOST[:PORT]/DATABASE, as the organisation file names it; the login is used nowhere else',
    )
    .option('--login <role>', 'the role that signs in; each gateway’s host has its own (countersign_SERVICE)')
    .option('--replace', 'make another password and key in place of those that this host has')
    .addHelpText(
      'after',
      examples(
        'countersign gateways sql-setup books postgres://db.internal/books | psql -h db.internal books',
      ),
    )
    .action(
      run(async (context, service: string, upstream: string, options: SqlSetupOptions) =>
        (await import('./sql-setup.js')).setUpSql(context, service, upstream, options),
      ),
    );
}

function defineContextKey(gateways: Command, run: Run): void {
  addVerb(
    gateways,
    'context-key',
    'On a gateway’s host: make the key of a service with `context: hmac`; stdout holds it alone, this once',
  )
    .argument('<service>', 'its name')
    .option('--overlap <duration>', 'how long the previous key goes on signing; 0s ends it at once', '24h')
    .addHelpText(
      'after',
      '\nThe key is a JWK for HS256. Give it to the service’s upstream and to no one else: anyone who has it can make calls that\nthis upstream takes for the gateway’s. The first key signs at once; a further one when the overlap is over, so that the\nupstream knows it first. A running gateway reads it within a second.\n',
    )
    .addHelpText('after', examples('countersign gateways context-key billing > billing.jwk'))
    .action(
      run(async (context, service: string, options: ContextKeyOptions) =>
        (await import('./context-keys.js')).makeContextKey(context, service, options),
      ),
    );
}

function defineTrustReset(trust: Command, run: Run): void {
  addVerb(trust, 'reset', 'If a claimed tenant has lost all its keys: let its people claim it again')
    .argument('<tenant>', 'its slug')
    .option('--reason <text>', 'why; its people read this')
    .option('--cancel', 'call an open reset off')
    .addHelpText(
      'after',
      '\nThe reset is logged and announced to all of the tenant’s people. It opens nothing by itself: a gateway follows the\nnew claim 72 hours after it is pinned on the gateway’s own host.\n',
    )
    .action(
      run(async (context, tenant: string, options: ResetOptions) =>
        (await import('./trust-reset.js')).resetTenant(context, tenant, options),
      ),
    );
}

function definePrograms(program: Command, run: Run): void {
  addVerb(program, 'tour', 'Play the main job against a running "npm start", and show what each party sees')
    .addOption(
      new Option(
        '--as <role>',
        'attacker: play three attacks by a compromised broker on a claimed tenant',
      ).choices(['attacker']),
    )
    .action(
      run(async (context, options: TourVerbOptions) =>
        (await import('./tour.js')).playDemoTour(context, options),
      ),
    );

  addVerb(program, 'broker', 'Run the broker in the foreground').action(async () =>
    (await import('./foreground.js')).runInForeground('broker', process.env),
  );

  addVerb(
    program,
    'gateway',
    'Run a gateway in the foreground (needs COUNTERSIGN_GATEWAY_CREDENTIAL)',
  ).action(async () => (await import('./foreground.js')).runInForeground('gateway', process.env));
}
