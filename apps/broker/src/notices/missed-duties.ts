import {
  type ClaimedMessage,
  isDuty,
  type MessageDraft,
  type MessagePart,
  type NoticeChannel,
  type NoticesReadUnit,
  type NoticeView,
  personalTopic,
} from '@countersign/access';
import { carriesDuty } from '@countersign/contract';
import type { BrokerDeps } from '../core.module.js';
import { aboutOf, addressAll, type Message, messagesOf } from './fan-out.js';

/**
 * Finds the messages that replace one which can no longer reach its person, because the app was removed or the account was closed
 * after the fan-out. If the notice is a duty, such as a request that waits for the person, it goes out by each way that they have
 * switched off, once. It finds none if another message of the notice has reached the person, or surely will.
 *
 * @param part how the attempt ended for some of its recipients
 */
export async function findReplacements(
  deps: BrokerDeps,
  channels: readonly NoticeChannel[],
  message: ClaimedMessage,
  { recipients, outcome }: MessagePart,
): Promise<MessageDraft[]> {
  const own = channels.find(({ name }) => name === message.channel);
  if (outcome.state === 'delivered' || own?.personal === undefined) return [];
  if (outcome.state !== 'dead' && own.surelyArrives) return [];
  const found = await deps.store.notices.read((unit) => unit.deliveries.find(message.notice.id));
  const [addressed] = found === null ? [] : await addressAll(deps, [found.notice]);
  if (found === null || addressed === undefined) return [];
  const persons = await deps.store.notices.read(async (unit) => own.personal?.(recipients, addressed, unit));
  const missed = [...(persons ?? [])].filter(
    ([, to]) =>
      (outcome.state === 'dead' || !to.surelyArrives) &&
      isDuty(personalTopic(found.notice.kind, to.person, aboutOf(addressed))),
  );
  if (missed.length === 0) return [];
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
  return missed.flatMap(([recipient, { person }]) => {
    const isFailed = (each: Message) => each.channel === message.channel && each.recipient === recipient;
    const others = messages.filter((each) => each.to?.person === person && !isFailed(each));
    return otherWays(others, found, message.orderKey);
  });
}

/** Those of a person's other messages that were not sent. None if one of them has reached the person, or surely will. */
function otherWays(others: readonly Message[], { deliveries }: NoticeView, orderKey: string): MessageDraft[] {
  const deliveryOf = ({ channel, recipient }: Message) =>
    deliveries.find((each) => each.channel === channel && each.recipient === recipient);
  const reaches = (message: Message) => {
    const { to } = message;
    if (to === undefined || !carriesDuty(to.way)) return false;
    const state = deliveryOf(message)?.state;
    return state === 'delivered' || (state === 'due' && to.surelyArrives);
  };
  if (others.some(reaches)) return [];
  return others
    .filter((message) => deliveryOf(message) === undefined)
    .map(({ channel, recipient }) => ({ channel, recipient, orderKey }));
}
