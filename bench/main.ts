import { FAMILIES } from './rows/index.js';
import { Closing } from './support/closing.js';
import { type Family, type Row, type Sheet, sheetText, tableText } from './support/table.js';

/**
 * `npm run bench`: a table on stdout, and a table of its own for each family whose lines have more figures; progress on stderr.
 * Names of families as arguments run those alone, `log` all that begin with `log-`. `--full` (`npm run bench -- lists --full`) loads a million requests or leaves where a sample of 100,000
 * is otherwise loaded, and has ten million leaves verified.
 * Every figure is taken beside its rival in the same run, because machines differ more than programs do.
 */
async function main(words: readonly string[]): Promise<void> {
  const full = words.includes('--full');
  const names = words.filter((word) => word !== '--full');
  const isNamed = ({ name }: Family, word: string) => name === word || name.startsWith(`${word}-`);
  const unknown = names.filter((word) => !FAMILIES.some((family) => isNamed(family, word)));
  if (unknown.length > 0) {
    const known = FAMILIES.map((family) => family.name).join(', ');
    throw new Error(`no such benchmark: ${unknown.join(', ')} (there are ${known})`);
  }
  const closing = new Closing();
  const rows: Row[] = [];
  const sheets: Sheet[] = [];
  try {
    for (const family of FAMILIES) {
      if (names.length > 0 && !names.some((word) => isNamed(family, word))) continue;
      const began = performance.now();
      process.stderr.write(`bench: ${family.name} …\n`);
      const measured = await family.run(closing, { full });
      if (Array.isArray(measured)) rows.push(...measured);
      else sheets.push(measured);
      process.stderr.write(
        `bench: ${family.name} took ${((performance.now() - began) / 1000).toFixed(1)} s\n`,
      );
      await closing.closeAll();
    }
  } finally {
    await closing.closeAll();
  }
  if (rows.length > 0) process.stdout.write(tableText(rows));
  for (const sheet of sheets) process.stdout.write(`\n${sheetText(sheet)}`);
}

try {
  await main(process.argv.slice(2));
} catch (error) {
  process.stderr.write(
    `error[bench_failed]: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`,
  );
  process.exitCode = 1;
}
