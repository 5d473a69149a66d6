import {
  carriesDuty,
  type Delivery,
  type DeliveryDraft,
  type DeliveryOutcome,
  isDuty,
  type NoticeChannel,
  type NoticesReadUnit,
  personalTopic,
} from '@countersign/access';
import type { BrokerDeps } from '../core.module.js';
import { aboutOf, addressAll, type Message, messagesOf } from './fan-out.js';

/**
 * What goes out in place of a message that cannot reach its person any more, because the app was removed or the account is gone
 * since the fan-out. A duty, such as a request that waits for the person, then goes by the ways that they have switched off, each
 * once. Nothing if another message of the notice has reached the person, or surely leads to them.
 *
 * @param outcome how an attempt at `failed` ended
 */
export async function insteadOf(
  deps: BrokerDeps,
  channels: readonly NoticeChannel[],
  failed: Delivery,
  outcome: DeliveryOutcome,
): Promise<DeliveryDraft[]> {
  const own = channels.find(({ name }) => name === failed.channel);
  if (outcome.state === 'delivered' || own?.personal === undefined) return [];
  const found = await deps.store.notices.read((unit) => unit.deliveries.find(failed.notice));
  const [addressed] = found === null ? [] : await addressAll(deps, [found.notice]);
  if (found === null || addressed === undefined) return [];
  const persons = await deps.store.notices.read(async (unit) =>
    own.personal?.([failed.recipient], addressed, unit),
  );
  const to = persons?.get(failed.recipient);
  const isOver = outcome.state === 'dead' || to?.surelyArrives === false;
  if (to === undefined || !isOver) return [];
  if (!isDuty(personalTopic(found.notice.kind, to.person, aboutOf(addressed)))) return [];
  const isFailed = ({ channel, recipient }: Message) =>
    channel === failed.channel && recipient === failed.recipient;
  const messages = await deps.store.notices.read(async (unit: NoticesReadUnit) => {
    const each = channels.map((channel) => {
      const sent = found.deliveries.filter((delivery) => delivery.channel === channel.name);
      return messagesOf(
        unit,
        channel,
        addressed,
        true,
        sent.map(({ recipient }) => recipient),
      );
    });
    return (await Promise.all(each)).flat();
  });
  const others = messages.filter((message) => message.to?.person === to.person && !isFailed(message));
  const deliveryOf = ({ channel, recipient }: Message) =>
    found.deliveries.find((each) => each.channel === channel && each.recipient === recipient);
  const reaches = (message: Message) => {
    const { to } = message;
    if (to === undefined || !carriesDuty(to.way)) return false;
    const state = deliveryOf(message)?.state;
    return state === 'delivered' || (state === 'due' && to.surelyArrives);
  };
  if (others.some(reaches)) return [];
  return others
    .filter((message) => deliveryOf(message) === undefined)
    .map(({ channel, recipient }) => ({ channel, recipient, orderKey: failed.orderKey }));
}
