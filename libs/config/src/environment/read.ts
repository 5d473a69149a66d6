import { readFileSync } from 'node:fs';
import { z } from 'zod';

/** One problem of the environment: the variable and the rule that it breaks, never its value. */
export type ConfigProblem = { key: string; rule: string };

/**
 * The environment is invalid. The error lists every problem at once, so that the operator can correct them in one go. The
 * message names variables and rules only: values may be secrets, and start-up errors are logged.
 */
export class ConfigError extends Error {
  readonly code = 'invalid_config';

  constructor(readonly problems: readonly ConfigProblem[]) {
    super(problems.map(({ key, rule }) => `${key} ${rule}`).join('; '));
    this.name = 'ConfigError';
  }
}

export type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Collects the variables for the schemas. An empty string counts as unset, because compose files and unit files set those.
 * Each of `secretNames` may come as `NAME_FILE`: the value is the file's content without the final line break. A file that
 * cannot be read is a problem with the variable's name and the system's error code.
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

/** Reads a secret from a file, without its final line break. On failure it says why, and never what is in the file. */
export function readSecretFile(path: string): SecretFile {
  try {
    return { ok: true, text: readFileSync(path, 'utf8').replace(/[\r\n]+$/, '') };
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? 'unreadable';
    return { ok: false, rule: `names a file that cannot be read (${code})`, missing: code === 'ENOENT' };
  }
}

/** Builds the result. It may report problems of rules that span several variables. */
type Complete<Raw, Result> = (raw: Raw, problem: (key: string, rule: string) => void) => Result | undefined;

/**
 * Reads the variables named by `shape`, checks each, and lets `complete` build the typed result. One ConfigError reports
 * every problem of both steps.
 */
export function readEnvironment<Shape extends z.ZodRawShape, Result>(
  env: Environment,
  shape: Shape,
  secretNames: readonly (keyof Shape & string)[],
  complete: Complete<z.output<z.ZodObject<Shape>>, Result>,
): Result {
  const { values, problems } = gather(env, Object.keys(shape), secretNames);
  const parsed = z.object(shape).safeParse(values);
  const found: ConfigProblem[] = [...problems];
  // If a secret's file could not be read, a second problem "is required" would only confuse.
  const add = (key: string, rule: string) => {
    if (!found.some((earlier) => earlier.key === key || earlier.key === `${key}_FILE`))
      found.push({ key, rule });
  };
  if (!parsed.success) {
    for (const issue of parsed.error.issues) {
      const key = String(issue.path[0]);
      add(key, issue.code === 'invalid_type' ? 'is required' : issue.message);
    }
    throw new ConfigError(found);
  }
  const result = complete(parsed.data, add);
  if (found.length > 0 || result === undefined) throw new ConfigError(found);
  return result;
}
