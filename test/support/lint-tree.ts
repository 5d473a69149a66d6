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
    mkdirSync(dirname(join(this.root, file)), { recursive: true });
    writeFileSync(join(this.root, file), text);
    const [command = '', ...script] = biome();
    const args = [...script, 'lint', '--colors=off', '--vcs-enabled=false', file];
    const done = spawnSync(command, args, { cwd: this.root, encoding: 'utf8' });
    return done.stdout + done.stderr;
  }

  remove(): void {
    rmSync(this.root, { recursive: true });
  }
}
