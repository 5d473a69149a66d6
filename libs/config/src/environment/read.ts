import { z } from 'zod';
import { ConfigError, type ConfigProblem } from './config-error.js';
import { type Environment, gather } from './secrets.js';

/** How a caller may add rules that span several variables, or a value that comes from elsewhere. */
type Complete<Raw, Result> = (raw: Raw, problem: (key: string, rule: string) => void) => Result | undefined;

/**
 * Reads the variables named by `shape`, checks each, then lets `complete` build the typed result. Every
 * problem of both steps is reported in one ConfigError.
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
  // A secret file that could not be read has said so already: "is required" beside it would only confuse.
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
