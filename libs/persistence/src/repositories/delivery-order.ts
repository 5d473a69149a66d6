import { type NoticeDeliveryEntity, WAITS } from '../entities/notice-delivery.entity.js';

type Message = NoticeDeliveryEntity;

export const recipientsOf = ({ recipient, others }: Pick<Message, 'recipient' | 'others'>): string[] => [
  recipient,
  ...others,
];

/** The same message, to some of its recipients only. */
export function addressTo<Row extends Pick<Message, 'recipient' | 'others' | 'orderKey' | 'queue'>>(
  message: Row,
  recipients: readonly string[],
): Row {
  const [recipient = message.recipient, ...others] = recipients;
  // A message to several waits in the queue of its request: if it waited for each person, requests would wait for each other.
  return { ...message, recipient, others, queue: others.length === 0 ? recipient : message.orderKey };
}

/**
 * Decides which messages about one request may be attempted now. It is called when one of them has ended, or when new ones are
 * stored. Each recipient gets them in order:
 *
 * - A message to several waits as a whole for an earlier message to several, if one recipient gets both.
 * - If an earlier message goes to a single recipient (whose mailbox is full, for example), only that recipient's share waits: it
 *   becomes a message of its own, and the others get theirs.
 *
 * @param due the messages about the request that one channel has not sent yet, in their order
 * @param now the next attempt of messages that need not wait any more
 * @returns for each message that waited and changes, what replaces it
 */
export function arrange(due: readonly Message[], now: string): { from: Message; becomes: Message[] }[] {
  const [alone, together] = [new Set<string>(), new Set<string>()];
  const changes: { from: Message; becomes: Message[] }[] = [];
  const noteRecipients = (message: Message) => {
    const recipients = recipientsOf(message);
    for (const each of recipients) (recipients.length === 1 ? alone : together).add(each);
  };
  for (const message of due) {
    const recipients = recipientsOf(message);
    const waits = message.nextAt === WAITS;
    if (!waits || recipients.some((each) => together.has(each))) {
      noteRecipients(message);
      continue;
    }
    const behind = recipients.filter((each) => alone.has(each));
    const free = recipients.filter((each) => !alone.has(each));
    const becomes = [
      ...(free.length === 0 ? [] : [{ ...addressTo(message, free), nextAt: now }]),
      ...behind.map((each) => addressTo(message, [each])),
    ];
    if (free.length > 0) changes.push({ from: message, becomes });
    for (const each of becomes) noteRecipients(each);
  }
  return changes;
}
