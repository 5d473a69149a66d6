import {
  carriesDuty,
  DUTIES,
  NOTICE_WAYS,
  type NoticeWay,
  PERSONAL_TOPICS,
  type PersonalTopic,
} from '@countersign/contract';

/** Whether the topic must keep a way. */
export const isDuty = (topic: PersonalTopic | null): boolean => DUTIES.some((duty) => duty === topic);

/** The ways that a person has switched off, by topic. A topic that is absent comes by every way. */
export type NoticeChoices = Partial<Record<PersonalTopic, NoticeWay[]>>;

/** Whether each duty still has a way. */
export const keepsDuties = (off: NoticeChoices): boolean =>
  DUTIES.every((topic) => NOTICE_WAYS.some((way) => carriesDuty(way) && !(off[topic] ?? []).includes(way)));

/** Whether something that came by a way before no longer does. */
export const isNarrower = (off: NoticeChoices, before: NoticeChoices): boolean =>
  PERSONAL_TOPICS.some((topic) => (off[topic] ?? []).some((way) => !(before[topic] ?? []).includes(way)));

/** One message to one person. */
export interface PersonalMessage {
  way: NoticeWay;
  /** It goes out whatever the person chose, as an update of a card that they have. */
  isFixed: boolean;
  /**
   * Whether the way surely leads to the person now. False if the app in Slack was removed: such a message waits and may be lost.
   * False for every push, because a push carries no duty.
   */
  surelyArrives: boolean;
}

/**
 * Which of a person's messages about one notice go out.
 *
 * A duty reaches its person even if no way that is on leads to them now: then what was switched off goes out all the same.
 */
export function chosenMessages<Message extends PersonalMessage>(
  messages: readonly Message[],
  topic: PersonalTopic | null,
  off: NoticeChoices | undefined,
): Message[] {
  if (topic === null || off === undefined) return [...messages];
  const isOn = ({ way, isFixed }: Message) => isFixed || !(off[topic] ?? []).includes(way);
  const chosen = messages.filter(isOn);
  const isMissed = isDuty(topic) && !chosen.some(({ surelyArrives }) => surelyArrives);
  return isMissed ? [...messages] : chosen;
}
