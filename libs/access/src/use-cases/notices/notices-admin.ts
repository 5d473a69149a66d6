import { toInstant } from '@countersign/contract';
import { requirePermission } from '../../domain/permissions.js';
import type { Principal } from '../../domain/person.js';
import { AccessError, notFound } from '../../errors.js';
import type { DeliveryState, NoticeView, Page, PageQuery } from '../../ports/index.js';
import { type Deps, idempotencyOptions, type Repeatable } from '../shared/deps.js';

/** Notices with their deliveries, newest first. @throws AccessError `forbidden` */
export async function listNotices(
  deps: Deps,
  principal: Principal,
  filter: { state?: DeliveryState; tenant?: string },
  page: PageQuery,
): Promise<Page<NoticeView>> {
  requirePermission(principal, 'notice.read');
  return deps.store.noticeAdmin.read((unit) => unit.deliveries.list(filter, page));
}

/**
 * Retries the dead deliveries of a notice, under the same id. The deployment's log records who did.
 * @throws AccessError `forbidden`, `not_found`, `wrong_state` if none is dead
 */
export async function retryNotice(
  deps: Deps,
  principal: Principal,
  id: string,
  repeatable: Repeatable = {},
): Promise<NoticeView> {
  requirePermission(principal, 'notice.retry');
  const { person } = principal;
  return deps.store.noticeAdmin.write(
    async ({ deliveries, deliveryQueues, log }) => {
      if ((await deliveries.find(id)) === null) throw notFound('notice');
      const now = deps.clock.now();
      const retried = await deliveryQueues.retry(id, now.toISOString());
      if (retried === 0) throw new AccessError('wrong_state', 'No delivery of this notice was given up.');
      await log.append({
        type: 'notice.retried',
        at: toInstant(now),
        actor: person.id,
        data: { notice: id, deliveries: retried },
      });
      const view = await deliveries.find(id);
      if (view === null) throw notFound('notice');
      return view;
    },
    idempotencyOptions(deps, repeatable),
  );
}
