import { readFileSync } from 'node:fs';
import type { ConfigProblem } from './config-error.js';

export type Environment = Readonly<Record<string, string | undefined>>;

/**
 * The environment as the schemas read it: empty strings count as unset (compose files and unit files set
 * those), and each of `secretNames` may come as `NAME_FILE`, whose content replaces it without the final
 * line break. A file that cannot be read is a problem named by its key and the system's error code.
 */
export function gather(
  env: Environment,
  names: readonly string[],
  secretNames: readonly string[],
): { values: Record<string, string>; problems: ConfigProblem[] } {
  const values: Record<string, string> = {};
  const problems: ConfigProblem[] = [];
  for (const name of names) {
    const plain = env[name] || undefined;
    const file = (secretNames.includes(name) && env[`${name}_FILE`]) || undefined;
    if (plain !== undefined && file !== undefined) {
      problems.push({ key: name, rule: `must not be set together with ${name}_FILE` });
    } else if (file !== undefined) {
      const content = readSecretFile(file);
      if (content.ok && content.text !== '') values[name] = content.text;
      else problems.push({ key: `${name}_FILE`, rule: content.ok ? 'names an empty file' : content.rule });
    } else if (plain !== undefined) {
      values[name] = plain;
    }
  }
  return { values, problems };
}

export type SecretFile = { ok: true; text: string } | { ok: false; rule: string; missing: boolean };

/** Reads a secret from a file without its final line break. Says why it cannot, never what is in it. */
export function readSecretFile(path: string): SecretFile {
  try {
    return { ok: true, text: readFileSync(path, 'utf8').replace(/[\r\n]+$/, '') };
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? 'unreadable';
    return { ok: false, rule: `names a file that cannot be read (${code})`, missing: code === 'ENOENT' };
  }
}
