import type { Command } from 'commander';

/** A verb with the flag that all share. */
export const verb = (parent: Command, name: string, summary: string): Command =>
  parent.command(name).description(summary).option('--json', 'print one JSON document on stdout');

export const examples = (...lines: string[]): string =>
  `\nExamples:\n${lines.map((line) => `  $ ${line}`).join('\n')}\n`;
