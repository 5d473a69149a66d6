import {
  canonicalJson,
  MOST_LISTED,
  parsePractice,
  parseSignature,
  rightPracticeAnswer,
} from '@countersign/contract';
import type { LeafData, LeafOf } from '../leaf-data.js';
import type { ReplayContext } from './replay-context.js';

type OpenPractice = {
  /** Milliseconds since the epoch. */
  dueAt: number;
  /** Approvers without a result; null if the leaf did not list all. */
  left: Set<string> | null;
};

/** The practices that are open, by id, and the occasions that had one. */
export type PracticeState = { open: Map<string, OpenPractice>; occasions: Set<string> };

/** What a practice must give its approvers, in milliseconds: 7 days. */
const TERM_MS = 7 * 86_400_000;
/** Two brokers' clocks may differ by this much. */
const CLOCK_MS = 5_000;

/**
 * The practices: each asks approvers of the tenant, each of them answers once and for themselves, the result is the one that
 * follows from the answer, and a signature is the approver's over exactly this answer. Nothing else follows from a practice.
 */
export class PracticeHistory {
  constructor(
    private readonly context: Pick<ReplayContext, 'tenant' | 'trust'>,
    readonly state: PracticeState = { open: new Map(), occasions: new Set() },
  ) {}

  /** Takes `practice.*`. @throws LogFault `wrong_practice`, `role_not_held`, `bad_countersignature` */
  take(data: LeafOf): void | Promise<void> {
    if (data.type === 'practice.opened') return this.takeOpened(data);
    if (data.type === 'practice.answered') return this.takeAnswered(data);
    if (data.type === 'practice.closed') return this.takeClosed(data);
  }

  private takeOpened(data: LeafOf<'practice.opened'>): void {
    const { tenant } = this.context;
    const { actor } = data.leaf;
    const occasion = data.members.occasion;
    const people = data.members.people;
    const dueAt = data.instant('dueAt');
    if (actor !== 'job' && !tenant.holds(actor, 'admin'))
      throw data.fault('role_not_held', `${actor} is no admin of the tenant.`);
    if (this.state.occasions.has(occasion)) throw wrong(data, `there was one for ${occasion} already.`);
    if (dueAt < data.at + TERM_MS - CLOCK_MS) throw wrong(data, 'its term is shorter than 7 days.');
    const stranger = people.find((person) => !tenant.holds(person, 'approver'));
    if (stranger !== undefined) throw wrong(data, `${stranger} is no approver.`);
    if (data.count('more') > 0 && new Set(people).size < MOST_LISTED.practicePeople)
      throw wrong(
        data,
        `it counts others than it lists, and lists fewer than ${MOST_LISTED.practicePeople}.`,
      );
    this.state.occasions.add(occasion);
    const left = data.count('more') === 0 ? new Set(people) : null;
    this.state.open.set(data.members.practice, { dueAt, left });
  }

  private async takeAnswered(data: LeafOf<'practice.answered'>): Promise<void> {
    const practice = this.openOne(data);
    const { actor } = data.leaf;
    if (!this.context.tenant.holds(actor, 'approver'))
      throw data.fault('role_not_held', `${actor} is no approver of the tenant.`);
    if (practice.left !== null && !practice.left.delete(actor))
      throw wrong(data, `${actor} was not asked, or has answered before.`);
    if (data.at >= practice.dueAt + CLOCK_MS) throw wrong(data, 'it was answered after its term.');
    const { expected, asked } = data.members;
    const decision = data.required('decision', data.members.decision);
    const passkey = data.required('passkey', data.members.passkey);
    const task = { expected, asked };
    const isRight = decision === rightPracticeAnswer(task);
    const result = isRight ? (passkey === 'failed' ? 'passkey-failed' : 'passed') : 'wrong';
    if (data.members.result !== result) throw wrong(data, 'its result is not the one of its answer.');
    if ((passkey === 'worked') !== (data.members.countersignature !== undefined))
      throw wrong(data, 'the passkey worked if there is a signature, and only then.');
    if (passkey === 'worked') await this.requireSigned(data, { ...task, decision });
  }

  private async requireSigned(data: LeafOf<'practice.answered'>, answer: object): Promise<void> {
    const signature = data.parsed('countersignature', parseSignature);
    const statement = data.parsed('countersignature', () => parsePractice(signature.statement));
    const { actor: person, tenant } = data.leaf;
    const whole = { ...statement, ...answer, practice: data.members.practice, person, tenant };
    if (canonicalJson(whole) !== canonicalJson(statement))
      throw data.fault('bad_countersignature', 'what was signed is not this answer.');
    await this.context.trust.requireValid(data, signature, person);
  }

  private takeClosed(data: LeafOf<'practice.closed'>): void {
    const practice = this.openOne(data);
    const isOver = data.at >= practice.dueAt - CLOCK_MS;
    if (practice.left !== null && practice.left.size > 0 && !isOver)
      throw wrong(data, 'its term is not over, and not everyone has answered.');
    const unanswered = new Set(data.members.unanswered);
    const blamed = [...unanswered].find((person) => practice.left?.has(person) === false);
    if (blamed !== undefined) throw wrong(data, `${blamed} has answered, or was not asked.`);
    const hidden = [...(practice.left ?? [])].find(
      (person) => this.context.tenant.holds(person, 'approver') && !unanswered.has(person),
    );
    if (hidden !== undefined && unanswered.size < MOST_LISTED.practicePeople)
      throw wrong(data, `it leaves out that ${hidden} has not answered.`);
    this.state.open.delete(data.members.practice);
  }

  private openOne(data: LeafOf<'practice.answered' | 'practice.closed'>): OpenPractice {
    const practice = this.state.open.get(data.members.practice);
    if (practice === undefined) throw wrong(data, 'it was not opened, or is closed.');
    return practice;
  }
}

const wrong = (data: LeafData, detail: string) => data.fault('wrong_practice', detail);
