import type { Command } from 'commander';

/** A verb with the flag that all share. */
export const verb = (parent: Command, name: string, summary: string): Command =>
  parent.command(name).description(summary).option('--json', 'print one JSON document on stdout');

/** How to turn the pages of a list. */
export const pageOptions = (command: Command): Command =>
  command
    .option('--limit <n>', 'at most so many (50; up to 200)')
    .option('--cursor <cursor>', 'where the last page ended');

export const examples = (...lines: string[]): string =>
  `\nExamples:\n${lines.map((line) => `  $ ${line}`).join('\n')}\n`;
