import { setTimeout as pause } from 'node:timers/promises';
import { organisation } from '../factories/organisation.js';
import { CountingUpstream } from '../fakes/counting-upstream.js';
import { eventually } from './eventually.js';
import { type FleetAnswer, type FleetOrder, FleetProcess } from './fleet-process.js';
import { Site } from './site.js';
import { makeGrant, mintToken, revokeGrant } from './story.js';
import { TcpRelay } from './tcp-relay.js';

export type FleetSize = { processes: number; each: number };
/**
 * The effect of one stop: when each gateway's open answer was cut, in milliseconds after the stop was requested and after
 * it was confirmed, and each gateway's answer to the next call.
 */
export type StopReport = { afterAsked: number[]; afterDone: number[]; codes: string[] };

/** The time in which the broker receives the records of one call per gateway. */
const SETTLE_MS = 1_500;

/** The stops, and how many calls a second got 200 meanwhile. */
export type LoadReport = { reports: StopReport[]; answeredPerSecond: number };

/** The summary: the slowest gateway decides when a stop has reached them all. */
export const ofTheLast = (reports: readonly StopReport[], since: 'afterAsked' | 'afterDone'): number[] =>
  reports.map((report) => Math.max(...report[since]));

/** A broker, many gateways in few processes, and a link between them that can be cut. Their upstream counts calls. */
export class FleetSite {
  private constructor(
    readonly site: Site,
    readonly upstream: CountingUpstream,
    private readonly relay: TcpRelay,
    private readonly fleets: readonly FleetProcess[],
  ) {}

  static async start({ processes, each }: FleetSize): Promise<FleetSite> {
    const upstream = new CountingUpstream();
    const relay = new TcpRelay();
    await upstream.start();
    upstream.answer = (request, response) => {
      if (request.url?.endsWith('/stream') === true) response.write('first');
      else response.end('{"ok":true}');
    };
    const site = await Site.start({
      organisation: organisation((file) => {
        for (const service of file.services) service.upstream = upstream.origin;
      }),
    });
    const brokerUrl = await relay.start(site.brokerUrl);
    const fleets: FleetProcess[] = [];
    for (let process = 0; process < processes; process += 1) {
      const names = Array.from({ length: each }, (_, index) => `gateway ${process}-${index}`);
      const credentials: string[] = [];
      for (const name of names) credentials.push(await site.store.credential(name, brokerUrl));
      fleets.push(await FleetProcess.start(credentials));
    }
    return new FleetSite(site, upstream, relay, fleets);
  }

  /**
   * Stops one grant while another is called at this rate, and measures until the last gateway. Tokens live for
   * minutes, so the load gets a fresh one at each stop.
   */
  async stopUnderLoad(stops: number, perSecond: number): Promise<LoadReport> {
    const busy = await makeGrant(this.site);
    const reports: StopReport[] = [];
    const began = performance.now();
    for (let stop = 0; stop < stops; stop += 1) {
      const token = await mintToken(this.site, busy);
      await this.all({ do: 'load', token, perSecond: perSecond / this.fleets.length });
      reports.push(await this.stop());
    }
    const rested = await this.all({ do: 'rest' });
    const seconds = (performance.now() - began) / 1_000;
    const answered = rested.reduce((sum, { answers = {} }) => sum + (answers['200'] ?? 0), 0);
    return { reports, answeredPerSecond: answered / seconds };
  }

  /** Drops every packet of the control link. @returns milliseconds until the last gateway refused */
  async cutControlLink(): Promise<{ after: number; hits: number; codes: string[] }> {
    const token = await mintToken(this.site, await makeGrant(this.site));
    await this.untilAll(token, '200');
    this.relay.swallows = true;
    const cut = performance.now();
    const codes = await this.untilAll(token, '503 not_in_touch');
    const after = performance.now() - cut;
    const before = this.upstream.hits.length;
    await this.probe(token);
    const hits = this.upstream.hits.length - before;
    this.relay.swallows = false;
    await this.all({ do: 'untilInTouch' });
    return { after, hits, codes };
  }

  async close(): Promise<void> {
    await Promise.all(this.fleets.map((fleet) => fleet.stop()));
    await this.site.close();
    await this.relay.stop();
    await this.upstream.stop();
  }

  private async stop(): Promise<StopReport> {
    const grant = await makeGrant(this.site);
    const token = await mintToken(this.site, grant);
    await this.all({ do: 'open', token });
    // Opening all answers at once adds load; the stop is to be measured under steady load.
    await pause(SETTLE_MS);
    const asked = performance.timeOrigin + performance.now();
    await revokeGrant(this.site, grant);
    const done = performance.timeOrigin + performance.now();
    const cuts = await this.all({ do: 'cuts' });
    const at = cuts.flatMap((each) => each.at ?? []);
    const after = (moment: number) => at.map((each) => each - moment);
    return { afterAsked: after(asked), afterDone: after(done), codes: await this.probe(token) };
  }

  private async probe(token: string): Promise<string[]> {
    return (await this.all({ do: 'probe', token })).flatMap(({ codes = [] }) => codes);
  }

  /** Calls through every gateway until all give this answer. */
  private untilAll(token: string, code: string): Promise<string[]> {
    return eventually(
      `every gateway answers ${code}`,
      async () => {
        const codes = await this.probe(token);
        return codes.every((each) => each === code) ? codes : undefined;
      },
      60_000,
      50,
    );
  }

  private all(order: FleetOrder): Promise<FleetAnswer[]> {
    return Promise.all(this.fleets.map((fleet) => fleet.order(order)));
  }
}
