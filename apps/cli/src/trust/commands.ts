import type { Command } from 'commander';
import type { Run } from '../command/context.js';
import { addVerb, examples, GROUPS } from '../command/define.js';
import { repeated } from '../command/flags.js';
import type { TrustCheckOptions } from './trust-check.js';

/** @returns the verb `trust`, to which the host adds its own */
export function registerTrust(program: Command, run: Run): Command {
  program.commandsGroup(GROUPS.verify);
  const trust = program.command('trust').description('The claims of customers');

  addVerb(trust, 'check', 'Ask the gateways themselves, not the broker, what they have pinned of a tenant')
    .argument('<tenant>', 'its slug')
    .option(
      '--gateway <url>',
      'a gateway’s address; repeat it for more (default: the one of grants)',
      repeated,
    )
    .option(
      '--anchor <file>',
      'compare with the anchor file that you have kept, not with what the broker says',
    )
    .option('--kid <thumbprint>', 'the key that the gateway must have (RFC 7638)')
    .addHelpText('after', examples('countersign trust check acme --anchor countersign-anchor-acme.json'))
    .addHelpText(
      'after',
      '\nEach gateway answers with a statement under its own key, bound to a fresh nonce. The command checks the signature,\nthe first document and the version that applies to calls. It exits with 1 if any answer is not as it should be.\nNeeds a sign-in at the broker, which knows the gateways’ registered keys.\n',
    )
    .action(
      run(async (context, tenant: string, options: TrustCheckOptions) =>
        (await import('./trust-check.js')).checkTrust(context, tenant, options),
      ),
    );
  return trust;
}
