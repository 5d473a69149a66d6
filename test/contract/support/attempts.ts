import type {
  ClaimedMessage,
  DeliveryOutcome,
  EndedMessage,
  MessageDraft,
  Notice,
} from '@countersign/access';
import type { DeliveryChannel } from '@countersign/contract';
import type { OpenedStore } from '@countersign/persistence';

/** Stores where one notice goes. @returns whether no one else had done so */
export const fanOut = async (
  { notices }: Pick<OpenedStore, 'notices'>,
  notice: Notice,
  drafts: readonly MessageDraft[],
  at: string,
): Promise<boolean> =>
  (await notices.write(({ deliveryQueues }) => deliveryQueues.fanOut([{ notice, drafts }], at))) === 1;

/** The same end for all recipients of a message. */
export const endOf = (message: ClaimedMessage, outcome: DeliveryOutcome): EndedMessage => ({
  message,
  parts: [{ recipients: [message.recipient, ...message.others], outcome }],
  instead: [],
});

/** Begins and ends an attempt of each message that a channel has due, unless there is no outcome for it. */
export async function attempt(
  { notices }: Pick<OpenedStore, 'notices'>,
  channel: DeliveryChannel,
  now: string,
  outcomeOf: (message: ClaimedMessage) => DeliveryOutcome | null,
): Promise<void> {
  await notices.write(async ({ deliveryQueues }) => {
    const claimed = await deliveryQueues.claim(channel, 1_000, { now, until: now });
    const ended = claimed.flatMap((message) => {
      const outcome = outcomeOf(message);
      return outcome === null ? [] : [endOf(message, outcome)];
    });
    await deliveryQueues.settle(channel, ended, now);
  });
}
