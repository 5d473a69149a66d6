import { ANY_ACTION } from '@countersign/contract';
import type { Finding } from '../problem.js';
import type { Readable } from '../readable.js';

/** `"*"` may be forbidden, never granted; and what must be countersigned cannot be a press in Slack. */
export function actions({ tenants }: Readable): Finding[] {
  return tenants.flatMap(({ controls: { path, value } }) => [
    ...everyActionIn(value.countersign, [...path, 'countersign']),
    ...everyActionIn(value.slackMayApprove, [...path, 'slackMayApprove']),
    ...value.slackMayApprove.flatMap((action, index) =>
      action === '' || action === ANY_ACTION || !value.countersign.includes(action)
        ? []
        : [
            {
              path: [...path, 'slackMayApprove', index],
              detail: `"${action}" must be countersigned, so Slack may not approve it`,
            },
          ],
    ),
  ]);
}

function everyActionIn(list: readonly string[], path: Finding['path']): Finding[] {
  const index = list.indexOf(ANY_ACTION);
  return index < 0 ? [] : [{ path: [...path, index], detail: 'may be "*" in forbid only; name the actions' }];
}
