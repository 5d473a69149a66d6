import { type NoticeDeliveryEntity, WAITS } from '../entities/notice-delivery.entity.js';

type Message = NoticeDeliveryEntity;

export const recipientsOf = ({ recipient, others }: Pick<Message, 'recipient' | 'others'>): string[] => [
  recipient,
  ...others,
];

/** The same message to some of its recipients. */
export function to<Row extends Pick<Message, 'recipient' | 'others' | 'orderKey' | 'queue'>>(
  message: Row,
  recipients: readonly string[],
): Row {
  const [recipient = message.recipient, ...others] = recipients;
  // A message to several has a queue of its request: many of these people get the next request's message, too.
  return { ...message, recipient, others, queue: others.length === 0 ? recipient : message.orderKey };
}

/**
 * Which messages about one request go on, after one of them has ended or new ones have come. A recipient gets them in order. A
 * message to several waits as a whole for an earlier one to several. For one that goes to a single recipient (such as a mailbox
 * that is full) no one else waits: that recipient's share is split off, and waits alone.
 *
 * @param lane the messages that are due, in their order
 * @param now from when those go on that wait no more
 * @returns for each message that waited, and changes, what it becomes
 */
export function arrange(lane: readonly Message[], now: string): { from: Message; becomes: Message[] }[] {
  const [alone, together] = [new Set<string>(), new Set<string>()];
  const changes: { from: Message; becomes: Message[] }[] = [];
  const stays = (message: Message) => {
    const recipients = recipientsOf(message);
    for (const each of recipients) (recipients.length === 1 ? alone : together).add(each);
  };
  for (const message of lane) {
    const recipients = recipientsOf(message);
    const waits = message.nextAt === WAITS;
    if (!waits || recipients.some((each) => together.has(each))) {
      stays(message);
      continue;
    }
    const behind = recipients.filter((each) => alone.has(each));
    const free = recipients.filter((each) => !alone.has(each));
    const becomes = [
      ...(free.length === 0 ? [] : [{ ...to(message, free), nextAt: now }]),
      ...behind.map((each) => to(message, [each])),
    ];
    if (free.length > 0) changes.push({ from: message, becomes });
    for (const each of becomes) stays(each);
  }
  return changes;
}
