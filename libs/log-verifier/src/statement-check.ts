import { type LeafV1, LogFault, type OpenedStatement, type StatementBody } from '@countersign/audit-log';
import {
  canonicalJson,
  daysAfter,
  MOST_STATED_ACCESSES,
  type StatementException,
  type StatementGateway,
  utcDay,
} from '@countersign/contract';
import { DeploymentHistory, type Gateway } from './deployment-history.js';
import { eventOf, LeafData, type LeafOf } from './leaf-data.js';
import { SignedLanes } from './signed-lanes.js';
import { BROKER_TOLERANCE_MS } from './timeline.js';

/** What a comparison says of a statement that is what the logs say. */
export type StatementFound = {
  /** Gateways for some tenants that were enrolled in the span, and that neither the statement nor a daily leaf names. */
  notNamed: string[];
  /** Gateways for some tenants that the statement names, although nothing in the log shows that they serve this one. */
  unconfirmed: string[];
  /** Between which leaves of the log the statement was made. `madeAt` is the vendor's word within that. */
  madeAfter: string | null;
  madeBefore: string | null;
};

const DAY_MS = 86_400_000;
/** Leaves that a job dates when it writes them: other leaves may be dated to when something was due. */
const DATED_BY_JOB: ReadonlySet<string> = new Set(['log.sealed', 'standing.stated', 'deployment.checkpoint']);

const differs = (detail: string, index?: number): LogFault<'statement_differs'> =>
  new LogFault('statement_differs', detail, index);

/**
 * Compares each member of a statement with a tenant's log and the deployment's, which the caller verifies and gives leaf by leaf.
 * It computes what the statement has to say, and requires exactly that. `v`, `deployment`, `tenant` and `checkpoint` are compared
 * when the statement is opened; `size` and `root` by the caller, with the tree. `from` and `to` are what the statement is about.
 */
export class StatementCheck {
  readonly #body: StatementBody;
  readonly #from: number;
  readonly #to: number;
  readonly #deployment = new DeploymentHistory();
  readonly #accesses: [index: number, record: string][] = [];
  #count = 0;
  #refused = 0;
  /** Gateways whose records have a gap, or a record that was not taken. */
  readonly #gaps = new Set<string>();
  /** Gateways that have recorded something in the span, and those that a daily leaf names. */
  readonly #recording = new Set<string>();
  readonly #stated = new Set<string>();
  readonly #signed = new SignedLanes();
  /** The leaves that the statement names as heads. */
  readonly #heads = new Map<number, { gateway: string; record: string; at: string }>();
  readonly #sealed = new Set<string>();
  readonly #unsealed = new Set<string>();
  #madeAfter: string | null = null;
  #madeBefore: string | null = null;

  /** @throws LogFault `statement_differs` */
  constructor({ body }: OpenedStatement) {
    this.#body = body;
    [this.#from, this.#to] = [body.from, body.to].map(Date.parse) as [number, number];
    const instants = [body.from, body.to, body.madeAt];
    const isSpan = instants.every(isInstant) && this.#from < this.#to && this.#to <= Date.parse(body.madeAt);
    if (!isSpan || body.leaves > body.size)
      throw differs('The statement is not about a span that had ended when it was made.');
  }

  /** Takes the next leaf of the deployment's log. @throws LogFault */
  takeDeployment(index: number, leaf: LeafV1): void {
    const event = eventOf(new LeafData(index, leaf));
    if (event !== undefined) this.#deployment.take(event);
  }

  /** Takes the next leaf of the tenant's log. */
  take(index: number, leaf: LeafV1): void {
    const { type, at } = leaf;
    const { leaves, gateways } = this.#body;
    if (DATED_BY_JOB.has(type)) {
      if (index < leaves) this.#madeAfter = at;
      else this.#madeBefore ??= at;
    }
    if (index >= leaves) return;
    const event = eventOf(new LeafData(index, leaf));
    if (event === undefined) return;
    if (event.type === 'gateway.head') {
      const { gateway, record } = event.members;
      this.#signed.take(event.at, event.members);
      if (gateways.some(({ head }) => head?.index === index)) this.#heads.set(index, { gateway, record, at });
    } else if (event.type === 'log.sealed') this.#sealed.add(event.members.day);
    else if (event.type === 'log.unsealed') this.#unsealed.add(event.members.day);
    else if (event.type === 'standing.stated') for (const id of event.members.gateways) this.#stated.add(id);
    if (event.at < this.#from) return;
    if (event.type === 'gateway.gap' || event.type === 'gateway.mismatch') {
      // Gateways may hand in records late.
      if (event.at < this.#to + DAY_MS) this.#gaps.add(event.members.gateway);
    } else if (event.at < this.#to) this.takeRecord(event);
  }

  private takeRecord(event: LeafOf): void {
    if (event.type === 'access.refused') this.#refused += event.members.count;
    else if (event.type === 'access.allowed') {
      this.#count += 1;
      if (this.#count <= MOST_STATED_ACCESSES) this.#accesses.push([event.index, event.members.record]);
    } else return;
    this.#recording.add(event.members.gateway);
  }

  /** After the last leaf of both logs. @throws LogFault `statement_differs` */
  finish(): StatementFound {
    const body = this.#body;
    this.requireMember('count', this.#count);
    this.requireMember('accesses', this.#count > MOST_STATED_ACCESSES ? null : this.#accesses);
    this.requireMember('refused', this.#refused);
    this.requireMember('sealed', this.closedDays());
    const named = new Set(body.gateways.map(({ gateway }) => gateway));
    if (named.size < body.gateways.length) throw differs('The statement names a gateway twice.');
    for (const stated of body.gateways) this.requireGateway(stated);
    this.requireExceptions();
    const missing = [...this.#recording].find((gateway) => !named.has(gateway));
    if (missing !== undefined)
      throw differs(`${missing} has recorded calls in the span, and the statement does not name it.`);
    this.requireMadeAt();
    return {
      notNamed: this.requireAllNamed(named),
      unconfirmed: [...named].filter((gateway) => !this.isConfirmed(gateway)),
      ...{ madeAfter: this.#madeAfter, madeBefore: this.#madeBefore },
    };
  }

  private requireMember(member: 'count' | 'accesses' | 'refused' | 'sealed', expected: unknown): void {
    const stated = this.#body[member];
    if (canonicalJson(stated) === canonicalJson(expected)) return;
    const text = (value: unknown) =>
      Array.isArray(value)
        ? `a list of ${value.length}: ${canonicalJson(value).slice(0, 200)}`
        : String(value);
    throw differs(`The log has \`${member}\` ${text(expected)}, and the statement ${text(stated)}.`);
  }

  /** UTC days of the span whose sealed leaf is not open. The leaf of the last day may not be there yet. */
  private closedDays(): string[] {
    const days: string[] = [];
    const last = utcDay(new Date(this.#to - 1));
    const unwritten = daysAfter(utcDay(new Date(this.#to)), -1);
    for (let day = utcDay(new Date(this.#from)); day <= last; day = daysAfter(day, 1))
      if ((this.#sealed.has(day) || day >= unwritten) && !this.#unsealed.has(day)) days.push(day);
    return days;
  }

  private requireGateway({ gateway, enrolledAt, revokedAt, head }: StatementGateway): void {
    const known = this.#deployment.gateways.get(gateway);
    if (known === undefined)
      throw differs(`The mirror of the deployment’s log does not know ${gateway}. Mirror the log again.`);
    const end = known.revokedAt ?? Number.POSITIVE_INFINITY;
    if (known.enrolledAt >= this.#to || end < this.#from)
      throw differs(`${gateway} was not enrolled in the span.`);
    // A gateway may be revoked after the statement was made.
    const at = Date.parse(this.#body.madeAt);
    const isEnd =
      revokedAt === null ? end >= at - BROKER_TOLERANCE_MS : Date.parse(revokedAt) === known.revokedAt;
    if (Date.parse(enrolledAt) !== known.enrolledAt || !isEnd)
      throw differs(
        `The deployment’s log says that ${gateway} was enrolled at ${text(known.enrolledAt)}, and revoked: ${known.revokedAt === null ? 'never' : text(known.revokedAt)}.`,
      );
    const signed = this.signedPast(gateway, known);
    if ((head === null) !== (signed === undefined))
      throw differs(
        `${gateway} has ${signed === undefined ? 'no head past the end of the span, with all its lanes' : `signed up to ${text(signed)}`}, and the statement says otherwise.`,
      );
    if (head === null) return;
    const leaf = this.#heads.get(head.index);
    const isSame =
      leaf?.gateway === gateway && leaf.record === head.record && Date.parse(leaf.at) === Date.parse(head.at);
    if (!isSame || Date.parse(head.at) !== signed)
      throw differs(`Leaf ${head.index} is not the head ${head.record} of ${gateway} at ${head.at}.`);
  }

  /** Up to when the gateway has signed, if that is past the end of the span or of the gateway; undefined if not. */
  private signedPast(gateway: string, { revokedAt }: Gateway): number | undefined {
    const signed = this.#signed.upTo(gateway);
    const end = Math.min(this.#to, revokedAt ?? Number.POSITIVE_INFINITY);
    return signed !== undefined && signed >= end ? signed : undefined;
  }

  private requireExceptions(): void {
    const expected = this.#body.gateways.flatMap(({ gateway, enrolledAt, head }): StatementException[] => {
      if (this.#gaps.has(gateway)) return [{ gateway, from: this.#body.from, reason: 'gap' }];
      if (head !== null) return [];
      const from = Math.max(this.#from, Date.parse(enrolledAt), this.#signed.upTo(gateway) ?? 0);
      return [{ gateway, from: text(from), reason: 'no_head' }];
    });
    const asText = (exceptions: readonly StatementException[]) =>
      exceptions
        .map(({ gateway, from, reason }) => `${gateway} from ${text(Date.parse(from))} (${reason})`)
        .sort()
        .join(', ');
    const [should, does] = [asText(expected), asText(this.#body.exceptions)];
    if (should !== does)
      throw differs(`The exceptions have to be: ${should || 'none'}. The statement has: ${does || 'none'}.`);
  }

  /** Requires each gateway that serves the tenant, as the two logs say. @returns those for some tenants that are not named */
  private requireAllNamed(named: ReadonlySet<string>): string[] {
    const notNamed = [...this.#deployment.gateways].filter(
      ([id, { enrolledAt, revokedAt }]) =>
        !named.has(id) && enrolledAt < this.#to && (revokedAt ?? Number.POSITIVE_INFINITY) >= this.#from,
    );
    const [missing] = notNamed.find(([id, { servesAll }]) => servesAll || this.#stated.has(id)) ?? [];
    if (missing !== undefined)
      throw differs(
        `${missing} was enrolled in the span and serves this tenant, and the statement does not name it.`,
      );
    return notNamed.map(([id]) => id);
  }

  private isConfirmed(gateway: string): boolean {
    const isForAll = this.#deployment.gateways.get(gateway)?.servesAll === true;
    return isForAll || this.#stated.has(gateway) || this.#signed.newest(gateway) !== undefined;
  }

  private requireMadeAt(): void {
    const at = Date.parse(this.#body.madeAt);
    const [after, before] = [this.#madeAfter, this.#madeBefore];
    if (after !== null && at < Date.parse(after) - BROKER_TOLERANCE_MS)
      throw differs(`The statement says that it was made before ${after}, and names later leaves.`);
    if (before !== null && at > Date.parse(before) + BROKER_TOLERANCE_MS)
      throw differs(
        `The statement says that it was made after ${before}, and it is about fewer leaves than the log had by then.`,
      );
  }
}

const text = (time: number): string => (Number.isNaN(time) ? 'no instant' : new Date(time).toISOString());

/** As the broker writes instants in statements. */
const isInstant = (instant: string): boolean =>
  !Number.isNaN(Date.parse(instant)) && new Date(instant).toISOString() === instant;
