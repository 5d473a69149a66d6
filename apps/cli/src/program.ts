import { productVersion } from '@countersign/runtime';
import { Command } from 'commander';
import { registerAccessReviews } from './access-reviews/commands.js';
import { CHOICES, type Listed } from './command/choices.js';
import { createRun, type Run } from './command/context.js';
import {
  addVerb,
  choiceArgument,
  choiceOption,
  examples,
  GROUPS,
  moveDashedIdsLast,
} from './command/define.js';
import { type ExitCode, reportError } from './command/errors.js';
import type { HostPart } from './command/host-part.js';
import { registerDemands } from './demands/commands.js';
import { registerEmergencies } from './emergencies/commands.js';
import { registerEvidence } from './evidence/commands.js';
import { registerGatewayAccess } from './gateway-access/commands.js';
import { registerGrants, registerRevoke } from './grants/commands.js';
import { registerIncidents } from './incidents/commands.js';
import { registerInvitations } from './invitations/commands.js';
import { registerLocks } from './locks/commands.js';
import { registerLog } from './log/commands.js';
import { registerNoticeAddresses } from './notice-addresses/commands.js';
import { registerNotices } from './notices/commands.js';
import { registerOffline } from './offline/commands.js';
import { registerPolicy } from './policy/commands.js';
import { registerPractices } from './practices/commands.js';
import { registerRequests, registerReview } from './requests/commands.js';
import { registerSignIn } from './sign-in/commands.js';
import { registerStanding } from './standing/commands.js';
import { type Io, processIo } from './terminal/io.js';
import { registerTrust } from './trust/commands.js';

const ENVIRONMENT = `
Environment (a secret may come as NAME_FILE):
  COUNTERSIGN_BROKER_URL         the broker's address (http://localhost:4000)
  COUNTERSIGN_API_KEY            csk_…, from "countersign keys create" on the broker's host; used instead of a login
  COUNTERSIGN_CREDENTIALS_FILE   where "login" stores its credential (~/.config/countersign/credentials.json)
  COUNTERSIGN_DATABASE_URL, COUNTERSIGN_DATA_DIR, COUNTERSIGN_MASTER_KEY   for the verbs on the broker's host

Exit code: 0 done; 1 refused, failed or invalid content; 2 bad flags, or a file that cannot be opened.
`;

/**
 * The whole command line. Each feature's `commands.ts` defines its verbs; a verb's code is loaded only when the verb runs,
 * so that the help and usage errors are quick.
 * @param host the verbs of the broker's host or, if they are not installed, verbs that refuse in their place
 */
export function buildProgram(io: Io, host: HostPart): Command {
  const program = new Command('countersign')
    .description('Just-in-time access that the customer countersigns.')
    .version(productVersion(), '--version', 'print the version')
    .option('--json', 'print one JSON document on stdout')
    .enablePositionalOptions()
    .exitOverride()
    .configureOutput({
      writeOut: io.stdout,
      writeErr: io.stderr,
      outputError: (text, write) => write(text.replace(/^error: /, 'error[invalid_usage]: ')),
    })
    .showHelpAfterError('(add --help to see how to use it)')
    .addHelpText('after', ENVIRONMENT);
  const run = createRun(io);
  registerSignIn(program, run);
  registerRequests(program, run);
  registerGrants(program, run);
  registerEmergencies(program, run);
  registerIncidents(program, run);
  registerGatewayAccess(program, run);
  registerReview(program, run);
  registerInvitations(program, run);
  registerRevoke(program, run);
  registerLocks(program, run);
  registerPolicy(program, run);
  registerDemands(program, run);
  registerStanding(program, run);
  registerAccessReviews(program, run);
  registerPractices(program, run);
  registerNoticeAddresses(program, run);
  registerNotices(program, run);
  registerOffline(program, run);
  registerLog(program, run);
  registerEvidence(program, run);
  host.register(program, registerTrust(program, run), run);
  registerHelp(program, run, host);
  return program;
}

function registerHelp(program: Command, run: Run, host: HostPart): void {
  program.commandsGroup(GROUPS.help);
  addVerb(program, 'doctor', 'Find what is wrong with a set-up, and say how to fix it').action(
    run(async (context) => (await import('./doctor/doctor.js')).doctor(context, host.checkStore)),
  );
  addVerb(program, 'completion', 'Print a script that completes verbs, flags and values in your shell')
    .addArgument(choiceArgument('<shell>', 'whose script', CHOICES.shell))
    // The scripts call it.
    .addOption(choiceOption('--values <list>', 'print these values instead', CHOICES.listed).hideHelp())
    .addHelpText(
      'after',
      examples('source <(countersign completion bash)', 'countersign completion fish | source'),
    )
    .action(
      run(async (context, shell: string, options: { values?: Listed }) =>
        (await import('./command/completion.js')).printCompletion(context, program, shell, options),
      ),
    );
  program.addHelpCommand(
    new Command('help').argument('[verb]').description('Explain a verb').helpGroup(GROUPS.help),
  );
}

/** Turns `help VERB` into `VERB` if there is no such verb: the error of an unknown verb suggests the one that was meant. */
function nameUnknownVerb(program: Command, argv: readonly string[]): readonly string[] {
  const [first, verb] = argv;
  const isUnknown = verb !== undefined && program.commands.every((each) => each.name() !== verb);
  return first === 'help' && isUnknown ? argv.slice(1) : argv;
}

/**
 * Runs one verb.
 * @param argv without node and script
 */
export async function runVerb(host: HostPart, argv: readonly string[], io: Io): Promise<ExitCode> {
  try {
    const program = buildProgram(io, host);
    await program.parseAsync(moveDashedIdsLast(program, nameUnknownVerb(program, argv)), { from: 'user' });
    return 0;
  } catch (error) {
    return reportError(io, argv.includes('--json'), error);
  }
}

/** Runs one verb of this process. It sets `process.exitCode` and does not exit, so that the streams drain. */
export async function runProcess(host: HostPart, argv: readonly string[]): Promise<void> {
  const exit = await runVerb(host, argv, processIo());
  if (exit !== 0) process.exitCode = exit;
}
