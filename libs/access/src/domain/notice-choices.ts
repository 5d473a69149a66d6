/** A way by which a notice reaches one person. `push`: in browsers in which the person has turned it on. */
export const NOTICE_WAYS = ['mail', 'slack', 'push'] as const;
export type NoticeWay = (typeof NOTICE_WAYS)[number];

/**
 * What a person may choose by topic. Everything else always goes to them by every way: emergencies, demands, supervision, stops,
 * trust, passkeys, keys, widenings and access that someone ended.
 *
 * - `decide`: something waits for this person: a request, a question's answer, an access review, a practice.
 * - `own`: what happens to one's own requests and access.
 * - `decided`: what others decided about a request that one could decide.
 * - `access`: others' access begins, is used and ends.
 * - `reports`: statements of the day, and results of reviews and practices.
 */
export const PERSONAL_TOPICS = ['decide', 'own', 'decided', 'access', 'reports'] as const;
export type PersonalTopic = (typeof PERSONAL_TOPICS)[number];

/** Topics that must keep at least one way: the process stalls if the person does not learn of it. */
const DUTIES: readonly PersonalTopic[] = ['decide', 'own'];

export const isDuty = (topic: PersonalTopic | null): boolean => topic !== null && DUTIES.includes(topic);

/**
 * Ways that carry a duty. A push does not: it says little, a push service may drop it or keep it for hours, and it ends when
 * someone ends its session.
 */
const DUTY_WAYS: readonly NoticeWay[] = ['mail', 'slack'];

export const carriesDuty = (way: NoticeWay): boolean => DUTY_WAYS.includes(way);

/** The ways that a person has switched off, by topic. A topic that is absent comes by every way. */
export type NoticeChoices = Partial<Record<PersonalTopic, NoticeWay[]>>;

/** Whether each duty still has a way. */
export const keepsDuties = (off: NoticeChoices): boolean =>
  DUTIES.every((topic) => DUTY_WAYS.some((way) => !(off[topic] ?? []).includes(way)));

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
