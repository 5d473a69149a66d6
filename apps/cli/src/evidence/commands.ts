import type { Command } from 'commander';
import type { Run } from '../command/context.js';
import { addVerb, examples, GROUPS } from '../command/define.js';
import type { EvidenceOptions } from './evidence.js';
import type { VerifyEvidenceOptions } from './verify.js';

/** Commands that download and verify evidence packs. */
export function registerEvidence(program: Command, run: Run): void {
  program.commandsGroup(GROUPS.verify);
  const evidence = addVerb(
    program,
    'evidence',
    'Download everything about a period for an auditor, with proofs; verify such a pack offline',
  );
  evidence
    .usage('[options] | [command]')
    .option('--tenant <slug>', 'whose pack (your own tenant’s)')
    .option('--period <period>', '2026-H1, 2026-Q3, or FROM..TO such as 2026-07-01..2026-10-01 (UTC)')
    .option('--out <file>', 'where to write it (countersign-evidence-TENANT-PERIOD.zip)')
    .option(
      '--seed <text>',
      'what chooses the sample; an auditor gives a text of their own (the root of the log)',
    )
    .addHelpText(
      'after',
      `\nFor admins and auditors of the tenant, and auditors of the vendor. The pack has a README.\n${examples(
        'countersign evidence --tenant acme --period 2026-H2',
        'countersign evidence verify countersign-evidence-acme-2026-H2.zip --anchor countersign-anchor-acme.json',
      )}`,
    )
    .action(
      run(async (context, options: EvidenceOptions) =>
        (await import('./evidence.js')).fetchEvidence(context, options),
      ),
    );

  addVerb(
    evidence,
    'verify',
    'Verify a pack without any server: signature, hashes, proofs, and every table again',
  )
    .argument('<file>', 'the archive')
    .option('--vkey <key>', 'the key that must have signed the log')
    .option('--anchor <file>', 'the anchor file that you downloaded from the trust page; it has the key')
    .option('--log <folder>', 'your mirror of the log: look for leaves of the period that the pack lacks')
    .addHelpText(
      'after',
      examples('countersign evidence verify pack.zip --anchor countersign-anchor-acme.json --log ./our-log'),
    )
    .action(
      run(async (context, file: string, options: VerifyEvidenceOptions) =>
        (await import('./verify.js')).verifyEvidence(context, file, options),
      ),
    );
}
