import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

const { resolve } = createRequire(import.meta.url);

/** The linter itself. The script of its package only starts it, and takes as long as linting. */
const biome = (): string[] => {
  try {
    return [resolve(`@biomejs/cli-${process.platform}-${process.arch}/biome`)];
  } catch {
    return [process.execPath, resolve('@biomejs/biome/bin/biome')];
  }
};

/** An empty tree with our lint rules. */
export class LintTree {
  private readonly root = mkdtempSync(join(tmpdir(), 'countersign-lint-'));

  constructor() {
    for (const rules of ['biome.json', 'lint']) cpSync(rules, join(this.root, rules), { recursive: true });
  }

  /** Lints a text as if it were the given file. Returns the linter's output. */
  lint(file: string, text: string): string {
    this.write(file, text);
    return this.run([file]);
  }

  private write(file: string, text: string): void {
    mkdirSync(dirname(join(this.root, file)), { recursive: true });
    writeFileSync(join(this.root, file), text);
  }

  private run(rest: readonly string[]): string {
    const [command = '', ...script] = biome();
    const args = [...script, 'lint', '--colors=off', '--vcs-enabled=false', ...rest];
    const done = spawnSync(command, args, { cwd: this.root, encoding: 'utf8' });
    return done.stdout + done.stderr;
  }

  /**
   * Lints many texts in one run of the linter, which takes as long as one.
   *
   * @param texts by file
   * @returns what the linter says of each file; nothing for a file without a finding
   * @throws Error if the linter did not check every file
   */
  lintAll(texts: ReadonlyMap<string, string>): Map<string, string> {
    for (const [file, text] of texts) this.write(file, text);
    const said = this.run(['--max-diagnostics=none', ...texts.keys()]);
    if (!said.includes(`Checked ${texts.size} files`))
      throw new Error(`the linter did not check all:\n${said}`);
    const found = new Map<string, string>();
    for (const finding of said.split(/^(?=\S+:\d+:\d+ (?:lint\/|plugin))/m)) {
      const [file = ''] = finding.split(':', 1);
      if (texts.has(file)) found.set(file, (found.get(file) ?? '') + finding);
    }
    return found;
  }

  remove(): void {
    rmSync(this.root, { recursive: true });
  }
}
