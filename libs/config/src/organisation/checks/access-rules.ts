import { ANY_ACTION } from '@countersign/contract';
import type { Finding } from '../problem.js';
import type { Readable } from '../readable.js';

/** A rule that names no service of the file would hold for nothing; one for all actions leaves `actions` out. */
export function accessRules({ services, rules }: Readable): Finding[] {
  const known = new Set(services.map(({ name }) => name));
  // A service whose name cannot be read may be the one that a rule means.
  const complete = !known.has('');
  return rules.flatMap(({ path, value }) => [
    ...value.services.flatMap((name, index) =>
      !complete || name === '' || known.has(name)
        ? []
        : [
            {
              path: [...path, 'services', index],
              detail: `"${name}" is no service of this file, so this rule would hold for nothing`,
            },
          ],
    ),
    ...value.actions.flatMap((action, index) =>
      action === ANY_ACTION
        ? [
            {
              path: [...path, 'actions', index],
              detail: 'may be "*" in forbid only; leave actions out for all of them',
            },
          ]
        : [],
    ),
  ]);
}
