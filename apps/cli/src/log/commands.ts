import type { ExportKind } from '@countersign/contract';
import type { Command } from 'commander';
import { CHOICES } from '../command/choices.js';
import type { Run } from '../command/context.js';
import {
  addPageOptions,
  addVerb,
  choiceArgument,
  choiceOption,
  examples,
  GROUPS,
} from '../command/define.js';
import { repeated } from '../command/flags.js';
import type { EventOptions } from './events.js';
import type { ExportOptions } from './export.js';
import type { AddTargetOptions, TargetOptions } from './export-targets.js';
import type { SettingsOptions } from './keeping.js';
import type { MirrorOptions } from './mirror.js';
import type { ReconcileOptions } from './reconcile.js';
import type { StatementOptions } from './statement.js';
import type { VerifyOptions } from './verify.js';
import type { WitnessOptions } from './witness.js';

const ACCEPT_RESTORED = [
  '--accept-restored',
  'go on although the log was restored from a backup and leaves that were verified before are lost',
] as const;

/** Two ways to say which key signs a log. */
const addKeyOptions = (verb: Command): Command =>
  verb
    .option('--vkey <key>', 'the key that must sign the log')
    .option('--anchor <file>', 'the anchor file that you downloaded from the trust page; it has the key');

/** Every verb about logs. */
export function registerLog(program: Command, run: Run): void {
  program.commandsGroup(GROUPS.verify);
  const log = addVerb(program, 'log', 'List the events of a log; follow and verify it with your own tools');
  addPageOptions(log)
    .usage('[options] [tenant] | [command]')
    .argument(
      '[tenant]',
      'whose events, newest first (your own tenant’s); "deployment" is the log that every tenant may read',
    )
    .option('--request <id>', 'only those of this request')
    .option('--grant <id>', 'only those of this grant')
    .option('--from <time>', 'only those from this time on, such as 2026-11-24T15:00:00Z')
    .option('--to <time>', 'only those before this time')
    .addHelpText('after', examples('countersign log', 'countersign log acme --from 2026-11-24T00:00:00Z'))
    .action(
      run(async (context, tenant: string | undefined, options: EventOptions) =>
        (await import('./events.js')).listEvents(
          ...([context, tenant, options] as const),
          log.commands.map((verb) => verb.name()),
        ),
      ),
    );

  addKeyOptions(
    addVerb(program, 'reconcile', 'Compare the calls that a service saw with the records of the gateways'),
  )
    .argument('<service>', 'such as billing')
    .requiredOption(
      '--calls <file>',
      'what the service’s middleware wrote (its option `log`); - for standard input',
    )
    .requiredOption('--log <folder>', 'your mirror of the tenant’s log ("countersign log mirror")')
    .requiredOption('--from <instant>', 'from this instant on')
    .requiredOption('--to <instant>', 'before this instant, some minutes ago')
    .option('--audience <name>', 'the service’s `audience` in the organisation file (its name)')
    .option('--hmac-keys <file>', 'JWKS of the keys of a service with `context: hmac`')
    .option('--report', 'put what bypassed the gateway into the tenant’s log, as your statement')
    .addHelpText(
      'after',
      `\nEach line of the file is one call: {"at", "method", "path", "context"}. Calls without a record are exit 1.\n${examples(
        'countersign log mirror ./acme-log --anchor countersign-anchor-acme.json',
        'countersign reconcile billing --calls calls.jsonl --log ./acme-log --anchor countersign-anchor-acme.json --from 2026-11-24T00:00:00Z --to 2026-11-25T00:00:00Z',
      )}`,
    )
    .action(
      run(async (context, service: string, options: ReconcileOptions) =>
        (await import('./reconcile.js')).reconcileCalls(context, service, options),
      ),
    );

  registerFollowing(log, run);
  registerStatement(log, run);
  registerKeeping(log, run);
  registerExport(log, run);
  registerTargets(log, run);
  registerWitness(program, run);
}

/** Verbs that copy and verify a log. They trust nothing but a key. */
function registerFollowing(log: Command, run: Run): void {
  addVerb(log, 'mirror', 'Copy a log into a folder, verifying it on the way; again: continue the copy')
    .argument('<folder>', 'where to keep the log')
    .option('--tenant <slug>', 'whose log, or "deployment" (your own tenant’s)')
    .option('--vkey <key>', 'the key that must sign the log (that of the first run)')
    .option(
      '--anchor <file>',
      'the anchor file of your trust page: the keys of your log and of the deployment’s',
    )
    .option('--no-openings', 'leave out the values behind commitments')
    .option(...ACCEPT_RESTORED)
    .addHelpText(
      'after',
      `\nExits with 4 if the log has events that this version does not know: the copy is complete, and “log verify” needs an update.\n${examples('countersign log mirror ./our-log --anchor countersign-anchor-acme.json')}`,
    )
    .action(
      run(async (context, folder: string, options: MirrorOptions) =>
        (await import('./mirror.js')).mirrorLog(context, folder, options),
      ),
    );

  addKeyOptions(
    addVerb(log, 'verify', 'Verify a log, at its address or in a folder, from its leaves to its signature'),
  )
    .argument('<place>', 'an address such as http://localhost:4000/log/acme, or a folder')
    .option(
      '--state <file>',
      'remember what was verified, which the log must continue, and go on where a run was interrupted',
    )
    .option(...ACCEPT_RESTORED)
    .option(
      '--policy <file>',
      'whose cosignatures there must be (C2SP tlog-policy); without it, missing ones are a note',
    )
    .option('--deployment <place>', 'where the deployment’s log is, if not beside the tenant’s')
    .option('--deployment-vkey <key>', 'the key that must sign the deployment’s log')
    .option(
      '--structure-only',
      'check hashes and signatures of any C2SP tlog-tiles log, not what its leaves say',
    )
    .addHelpText(
      'after',
      `\nExits with 0 if everything verifies, with 2 if a file cannot be read, with 3 if only witnesses are missing, with 4 if the log has\nevents that this version does not know (update it, and verify again), otherwise with 1, the first fault and its leaf.\nA log keeps its key file for ever: a new key is trusted through the signature of the one before. If the vendor restored a\nbackup and leaves that you had verified are lost, the code is "restored", and --accept-restored goes on from there.\n${examples(
        'countersign log verify ./our-log --anchor countersign-anchor-acme.json',
        'countersign log verify http://localhost:4000/log/acme --vkey "$KEY" --state acme.json',
      )}`,
    )
    .action(
      run(async (context, place: string, options: VerifyOptions) =>
        (await import('./verify.js')).verifyLogAt(context, place, options),
      ),
    );
}

/** Signed statements of accesses. */
function registerStatement(log: Command, run: Run): void {
  addKeyOptions(
    addVerb(log, 'statement', 'Get a signed statement of every access in a span, or verify one offline'),
  )
    .option('--tenant <slug>', 'whose log (your own tenant’s)')
    .option('--from <instant>', 'from this instant on')
    .option('--to <instant>', 'before this instant, which has passed')
    .option('--out <file>', 'where to write it (stdout)')
    .option('--verify <file>', 'verify this statement, without any server')
    .option('--log <folder>', 'your mirror of the log: compare every access with it')
    .addHelpText(
      'after',
      examples(
        'countersign log statement --from 2026-11-01T00:00:00Z --to 2026-12-01T00:00:00Z --out november.statement',
        'countersign log statement --verify november.statement --anchor countersign-anchor-acme.json --log ./our-log',
      ),
    )
    .action(
      run(async (context, options: StatementOptions) =>
        (await import('./statement.js')).logStatement(context, options),
      ),
    );
}

/** Verbs of the tenant's admin about how its log is kept. */
function registerKeeping(log: Command, run: Run): void {
  addVerb(log, 'erase', 'Erase personal values of a leaf (GDPR Art. 17); every proof stays valid')
    .argument('<tenant>', 'whose log')
    .argument('<leaf>', 'the index of the leaf')
    .option('--field <name>', 'a value to erase, such as justification; once for each', repeated, [])
    .addHelpText('after', examples('countersign log erase acme 1204 --field justification --field ticket'))
    .action(
      run(async (context, tenant: string, leaf: string, options: { field: readonly string[] }) =>
        (await import('./keeping.js')).eraseValues(context, tenant, leaf, options),
      ),
    );

  addVerb(log, 'hold', 'Set a legal hold: nothing in the log is erased or pruned')
    .argument('<tenant>', 'whose log')
    .requiredOption('--reason <text>', 'why; it is written to the log')
    .action(
      run(async (context, tenant: string, options: { reason: string }) =>
        (await import('./keeping.js')).setHold(context, tenant, options),
      ),
    );

  addVerb(log, 'unhold', 'Lift the legal hold that your side has set')
    .argument('<tenant>', 'whose log')
    .action(run(async (context, tenant: string) => (await import('./keeping.js')).liftHold(context, tenant)));

  addVerb(log, 'settings', 'Show how a log is kept, or change it')
    .argument('<tenant>', 'whose log')
    .option('--erasure-after <days>', 'how old a leaf must be before its values can be erased (90 or more)')
    .option('--retention <days>', 'prune leaves after so many days (400 or more), or "never"')
    .addOption(
      choiceOption(
        '--daily-statement <how>',
        'mail: to admins and auditors, and to webhooks',
        CHOICES.dailyStatement,
      ),
    )
    .action(
      run(async (context, tenant: string, options: SettingsOptions) =>
        (await import('./keeping.js')).logSettings(context, tenant, options),
      ),
    );
}

/** A log as lines for a SIEM. */
function registerExport(log: Command, run: Run): void {
  addVerb(log, 'export', 'Write a log as JSON Lines, OCSF, syslog or Splunk HEC; again: only what is new')
    .option('--tenant <slug>', 'whose log, or "deployment" or "vendor" (your own tenant’s)')
    .addOption(
      choiceOption('--format <format>', 'how a leaf is written', CHOICES.exportFormat).makeOptionMandatory(),
    )
    .option('--from <index|instant>', 'begin at this leaf, or only leaves from this instant on')
    .option('--to <instant>', 'only leaves before this instant')
    .option('--out <file>', 'append to this file after its last leaf (stdout)')
    .addHelpText(
      'after',
      examples(
        'countersign log export --format ocsf --out acme.ocsf.jsonl',
        'countersign log export --tenant acme --format syslog --from 2026-11-01T00:00:00Z --to 2026-12-01T00:00:00Z',
      ),
    )
    .action(
      run(async (context, options: ExportOptions) =>
        (await import('./export.js')).exportLog(context, options),
      ),
    );
}

/** Where a log is streamed to. */
function registerTargets(log: Command, run: Run): void {
  const targets = log
    .command('targets')
    .description('Stream a log to a SIEM: Splunk HEC, syslog, signed POSTs');
  const ofLog = (verb: Command) =>
    verb.option('--tenant <slug>', 'whose log; for the vendor "deployment" or "vendor" (your own tenant’s)');

  ofLog(addVerb(targets, 'list', 'List where the log is streamed to, how far, and the last error')).action(
    run(async (context, options: TargetOptions) =>
      (await import('./export-targets.js')).listTargets(context, options),
    ),
  );

  ofLog(addVerb(targets, 'add', 'Stream the log to a receiver, at least once and in order'))
    .addArgument(choiceArgument('<kind>', 'the protocol of the receiver', CHOICES.exportKind))
    .argument('<address>', 'https://…, or tls://HOST:PORT for syslog')
    .requiredOption('--name <name>', 'what people call it')
    .option('--secret-file <file>', 'the collector’s token, or whsec_… for jsonl; "-" reads stdin')
    .addOption(choiceOption('--content <content>', 'what is sent of each leaf (leaf)', CHOICES.exportContent))
    .option('--splunk-index <index>', 'the index in Splunk (the token’s own)')
    .option('--ca <file>', 'PEM certificates that the receiver is verified with (the public ones)')
    .option('--from <index>', 'the first leaf to send (0)')
    .addHelpText(
      'after',
      examples(
        'countersign log targets add hec https://splunk.acme.example:8088/services/collector/event --name Splunk --secret-file ./token',
        'countersign log targets add syslog tls://siem.acme.example:6514 --name SIEM --ca ./siem-ca.pem',
        'countersign log targets add jsonl https://siem.acme.example/logs --name SIEM --content ocsf > ./secret',
      ),
    )
    .action(
      run(async (context, kind: ExportKind, address: string, options: AddTargetOptions) =>
        (await import('./export-targets.js')).addTarget(context, kind, address, options),
      ),
    );

  ofLog(addVerb(targets, 'remove', 'Stop streaming the log to a receiver'))
    .argument('<target>', 'xpt_…')
    .action(
      run(async (context, id: string, options: TargetOptions) =>
        (await import('./export-targets.js')).removeTarget(context, id, options),
      ),
    );
}

/** A witness of logs. */
function registerWitness(program: Command, run: Run): void {
  addVerb(
    program,
    'witness',
    'Run a witness: sign the checkpoints of logs that only grow (C2SP tlog-witness)',
  )
    .argument('<folder>', 'where to keep the key and what was signed')
    .requiredOption('--name <name>', 'the name of the witness, such as witness.example.com/w1')
    .option('--anchor <file>', 'the anchor file of a log to witness; once for each', repeated, [])
    .option('--log <vkey>', 'the key of a log without an anchor file, or its new key', repeated, [])
    .option('--host <address>', 'where to listen', '127.0.0.1')
    .option('--port <port>', 'where to listen', '7380')
    .addHelpText(
      'after',
      examples(
        'countersign witness ./witness --name witness.acme.example/w1 --anchor countersign-anchor-acme.json',
      ),
    )
    .action(
      run(async (context, folder: string, options: WitnessOptions) =>
        (await import('./witness.js')).runWitness(context, folder, options),
      ),
    );
}
