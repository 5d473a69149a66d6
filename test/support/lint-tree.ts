import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

const biome = createRequire(import.meta.url).resolve('@biomejs/biome/bin/biome');

/** An empty tree with our lint rules. */
export class LintTree {
  private readonly root = mkdtempSync(join(tmpdir(), 'countersign-lint-'));

  constructor() {
    for (const rules of ['biome.json', 'lint']) cpSync(rules, join(this.root, rules), { recursive: true });
  }

  /** Lints a text as if it stood in the given file; answers what the linter says. */
  lint(file: string, text: string): string {
    mkdirSync(dirname(join(this.root, file)), { recursive: true });
    writeFileSync(join(this.root, file), text);
    const done = spawnSync(process.execPath, [biome, 'lint', '--colors=off', '--vcs-enabled=false', file], {
      cwd: this.root,
      encoding: 'utf8',
    });
    return done.stdout + done.stderr;
  }

  remove(): void {
    rmSync(this.root, { recursive: true });
  }
}
