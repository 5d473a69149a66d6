import { randomBytes } from 'node:crypto';
import {
  type Canary,
  type IsolationLeak,
  type IsolationReport,
  type IsolationTest,
  NO_ATTEMPTS,
} from '@countersign/access';
import type { IsolationSurface } from '@countersign/contract';
import { ProbeClient } from './probe-client.js';

/** How long the stream and the feed are listened to at most. The broker sends news of a commit within a second. */
const LISTEN_MS = 30_000;
/** Of people who are planted. No mail can ever be delivered there (RFC 2606). */
const DOMAIN = '@canary.invalid';

/** What was put into a canary's data: texts that no one else may be shown. */
interface Planted {
  tenant: string;
  /** Random texts, ids and the slug: none of them may be in an answer to someone else. */
  marks: string[];
  /** Ids of its objects, to be tried in addresses. */
  ids: string[];
  undo: (() => Promise<unknown>)[];
}

/**
 * The nightly isolation test, from outside: it calls the broker's own public address as a client would. Each of two canary
 * tenants gets data with random marks; then the other one, a gateway that serves the other one alone, and a caller without
 * credentials try to read it through every public surface. One mark in one answer is a leak.
 *
 * What answers nothing refuses nothing: if a surface does not work, does not show a canary its own data, or no longer accepts its
 * credentials at the end, the test was not made.
 */
export class CanaryProbe implements IsolationTest {
  readonly #attempts: IsolationReport['attempts'] = { ...NO_ATTEMPTS };
  readonly #leaks: IsolationLeak[] = [];
  readonly #client: ProbeClient;

  constructor(
    url: string,
    private readonly gatewayUrl: string,
    /** Notices that were made since the test began, as the store keeps them. */
    private readonly notices: () => Promise<{ tenant: string | null; text: string }[]>,
    /** Whether this deployment has a key with this id. */
    private readonly isOwnKey: (kid: unknown) => boolean,
  ) {
    this.#client = new ProbeClient(url);
  }

  async requireOwnAddress(): Promise<void> {
    if (!(await this.#client.keyIds()).some(this.isOwnKey))
      throw new Error(
        'The public address does not publish this deployment’s keys, so no credentials were sent there.',
      );
  }

  /**
   * A leak that was found before the test could go no further is reported, with the problem.
   *
   * @throws Error if the test could not be made: a mark could not be planted, or its own tenant cannot read it
   */
  async run([one, other]: readonly [Canary, Canary], others: readonly string[]): Promise<IsolationReport> {
    for (const canary of [one, other]) await this.removeLeftPeople(canary);
    const planted = [await this.plant(one), await this.plant(other)] as const;
    const problem = await this.tryAll([one, other], planted, others)
      .then(() => null)
      .finally(() => this.undo(planted))
      .catch((error: unknown) => {
        if (this.#leaks.length === 0) throw error;
        return error instanceof Error ? error.message : String(error);
      });
    return { attempts: this.#attempts, leaks: this.#leaks, problem };
  }

  private async tryAll(
    [one, other]: readonly [Canary, Canary],
    planted: readonly [Planted, Planted],
    others: readonly string[],
  ): Promise<void> {
    await this.requireVisible(one, planted[0]);
    await this.requireVisible(other, planted[1]);
    for (const [reader, target] of [
      [one, planted[1]],
      [other, planted[0]],
    ] as const) {
      await this.tryApi(reader, target);
      await this.tryFeed(reader, target);
      await this.tryGateway(reader, target);
    }
    await this.tryApi(null, planted[0]);
    await this.tryStream(one, other);
    await this.tryNotices(planted);
    await this.tryOthers(one, others);
    // A credential that has ended meanwhile would have been refused whatever it asked for.
    await this.requireVisible(one, planted[0]);
    await this.requireVisible(other, planted[1]);
  }

  /** People of a test that was killed. */
  private async removeLeftPeople({ tenant, key }: Canary): Promise<void> {
    const path = `/api/v1/tenants/${tenant}/people`;
    for (const { id, email, removedAt } of await this.#client.list(key, path))
      if (removedAt === null && String(email).endsWith(DOMAIN))
        await this.#client.remove(key, `${path}/${String(id)}`);
  }

  private async undo(planted: readonly Planted[]): Promise<void> {
    for (const undo of planted.flatMap((each) => each.undo)) await undo();
  }

  /** Puts a lock and a person with random texts into the canary's data. */
  private async plant({ tenant, key }: Canary): Promise<Planted> {
    const mark = `canary-${randomBytes(16).toString('hex')}`;
    const [service] = await this.#client.list(key, '/api/v1/services');
    const body = { kind: 'service', name: String(service?.['name']), reason: mark, duration: 'PT15M' };
    const lock = await this.#client.create(key, '/api/v1/locks', body);
    const people = `/api/v1/tenants/${tenant}/people`;
    const person = { email: `${mark}${DOMAIN}`, name: mark, roles: ['auditor'] };
    const added = await this.#client.create(key, people, person);
    return {
      ...{ tenant, marks: [mark, lock, added], ids: [lock, added] },
      undo: [
        () => this.#client.remove(key, `/api/v1/locks/${lock}`),
        () => this.#client.remove(key, `${people}/${added}`),
      ],
    };
  }

  /** A test that would not see a leak proves nothing: the mark's own tenant must be shown it. */
  private async requireVisible({ tenant, key }: Canary, { marks }: Planted): Promise<void> {
    const paths = ['/api/v1/locks', `/api/v1/tenants/${tenant}/people`, `/api/v1/tenants/${tenant}/events`];
    const seen = await Promise.all(paths.map((path) => this.#client.read(key, path)));
    const text = seen.map(({ body }) => body).join('\n');
    const missing = marks.find((mark) => !text.includes(mark));
    if (missing !== undefined)
      throw new Error('A canary was not shown its own data, so a leak would not be seen.');
  }

  /** Every reading endpoint of the broker's own OpenAPI document, with the other canary's slug and ids. */
  private async tryApi(reader: Canary | null, { tenant, ids, marks }: Planted): Promise<void> {
    for (const path of await this.#client.readingPaths()) {
      const isLog = path.startsWith('/log/');
      for (const address of addresses(path, tenant, ids)) {
        const { status, body } = await this.#client.read(reader?.key ?? null, address);
        requireAnswer(path, status);
        const shows = marks.some((mark) => body.includes(mark)) || (isOwned(path) && status < 300);
        this.note(isLog ? 'log' : 'api', path, shows);
      }
    }
  }

  private async tryFeed(reader: Canary, { tenant, marks }: Planted): Promise<void> {
    const nonce = randomBytes(32).toString('base64url');
    const path = `/gateway/v1/feed?nonce=${nonce}`;
    const text = await this.#client.listen(reader.gateway, path, LISTEN_MS, (streamText) =>
      streamText.includes('event: heartbeat'),
    );
    if (!(text.includes('event: snapshot') && text.includes(`\\"${reader.tenant}\\"`)))
      throw new Error('The feed sent its gateway nothing, so it was not tested.');
    this.note(
      'feed',
      path.split('?')[0] ?? path,
      [...marks, `\\"${tenant}\\"`].some((mark) => text.includes(mark)),
    );
  }

  /** A gateway serves no one without a grant's token: neither a person's key of another tenant, nor no credentials. */
  private async tryGateway(reader: Canary, { tenant, marks }: Planted): Promise<void> {
    const [service] = await this.#client.list(reader.key, '/api/v1/services');
    const gateway = new ProbeClient(this.gatewayUrl);
    for (const credentials of [reader.key, null]) {
      const { status, body } = await gateway.read(
        credentials,
        `/${String(service?.['name'])}/tenants/${tenant}`,
      );
      const shows = status < 300 || marks.some((mark) => body.includes(mark));
      if (!shows && status !== 401)
        throw new Error(`The gateway answered ${status} before it looked for a token, so it was not tested.`);
      this.note('gateway', 'a call without a token', shows);
    }
  }

  /** What happens in one canary is news for itself, and none for the other. The other's news comes first. */
  private async tryStream(reader: Canary, target: Canary): Promise<void> {
    const path = '/api/v1/stream';
    let news: { foreign: string; own: string } | undefined;
    const text = await this.#client.listen(reader.key, path, LISTEN_MS, async (streamText) => {
      news ??= { foreign: await target.makeNews(), own: await reader.makeNews() };
      return streamText.includes(news.own);
    });
    if (news === undefined || !text.includes(news.own))
      throw new Error('The stream did not show a canary its own news, so it was not tested.');
    const shows = [news.foreign, `"${target.tenant}"`].some((mark) => text.includes(mark));
    this.note('stream', path, shows);
  }

  /** No notice to one canary says anything of the other. */
  private async tryNotices(planted: readonly Planted[]): Promise<void> {
    const notices = await this.notices();
    for (const { tenant, marks } of planted)
      for (const other of planted.filter((each) => each.tenant !== tenant)) {
        const own = notices.filter((notice) => notice.tenant === other.tenant);
        if (own.length === 0) throw new Error('A canary got no notice, so notices were not tested.');
        const shows = own.some(({ text }) => [...marks, `"${tenant}"`].some((mark) => text.includes(mark)));
        this.note('notices', 'a notice', shows);
      }
  }

  /** Each other tenant's log and events, as a canary. */
  private async tryOthers(reader: Canary, others: readonly string[]): Promise<void> {
    for (const slug of others)
      for (const path of [`/api/v1/tenants/${slug}/events`, `/log/${slug}/checkpoint`]) {
        const { status } = await this.#client.read(reader.key, path);
        requireAnswer(path.replace(slug, '{slug}'), status);
        this.note(path.startsWith('/log/') ? 'log' : 'api', path.replace(slug, '{slug}'), status < 300);
      }
  }

  private note(surface: IsolationSurface, where: string, leaks: boolean): void {
    this.#attempts[surface] += 1;
    if (leaks && !this.#leaks.some((each) => each.surface === surface && each.where === where))
      this.#leaks.push({ surface, where });
  }
}

/**
 * @throws Error for an answer that refuses for another reason than who asks: too many calls, or a fault. What is not set up, and no
 *   tenant's own, may answer 503.
 */
function requireAnswer(where: string, status: number): void {
  if (status === 429 || (status >= 500 && (status !== 503 || isOwned(where))))
    throw new Error(`${where} answered ${status}, so it was not tested.`);
}

/** Everything below a tenant's name is the tenant's own. */
const isOwned = (path: string): boolean => path.includes('/{slug}');

/** The addresses to try for one path of the OpenAPI document: with each id, and for a list also with its filter. */
function addresses(path: string, tenant: string, ids: readonly string[]): string[] {
  const named = path.replaceAll('{slug}', tenant).replaceAll('{side}', tenant);
  if (!named.includes('{')) return [named, `${named}?tenant=${tenant}`];
  const filled = ids.map((id) =>
    named.replaceAll(/\{(?:id|person|grant)\}/g, id).replaceAll(/\{\w+\}/g, '0'),
  );
  return [...new Set(filled)];
}
