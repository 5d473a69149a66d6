/** One thing wrong with the environment: which variable, and the rule it breaks. Never its value. */
export type ConfigProblem = { key: string; rule: string };

/**
 * The environment cannot be used. Carries every problem at once, so that an operator mends a set-up in
 * one go. The message names keys and rules only: values may be secrets, and start-up errors are logged.
 */
export class ConfigError extends Error {
  readonly code = 'invalid_config';

  constructor(readonly problems: readonly ConfigProblem[]) {
    super(problems.map(({ key, rule }) => `${key} ${rule}`).join('; '));
    this.name = 'ConfigError';
  }
}
