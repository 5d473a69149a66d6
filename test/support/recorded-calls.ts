import type { RecordEntry, RecordLane, RunEnd } from '@countersign/gateway-protocol';
import type { TestBroker } from '../e2e/harness.js';
import { expectStatus } from '../e2e/story.js';
import { gatewayIdentity, RecordChain, type RecordedGrant } from './record-chain.js';

/** A gateway with a registered identity that sends records to a broker. */
export class RecordingGateway {
  /** The last record that was sent. */
  private newest: RunEnd | null = null;

  private constructor(
    private readonly broker: TestBroker,
    readonly id: string,
    private readonly bearer: string,
    readonly identity: ReturnType<typeof gatewayIdentity>,
  ) {}

  static async enrol(broker: TestBroker, name = 'one'): Promise<RecordingGateway> {
    const { credential, bearer } = await broker.enrolGateway(name);
    const identity = gatewayIdentity();
    const gateway = new RecordingGateway(broker, credential.gateway, bearer, identity);
    await gateway.post('identity', { publicKey: identity.publicKey });
    return gateway;
  }

  /** The chain of a new boot, after `previous`; by default, after everything that was sent. */
  chain(under: RecordedGrant, previous: RunEnd | null = this.newest, lane?: RecordLane): RecordChain {
    const now = () => this.broker.clock.now();
    return new RecordChain(this.id, this.identity.privateKey, under, now, previous, lane);
  }

  /** Sends these records, which the broker takes. */
  async send(chain: RecordChain, entries: RecordEntry[]): Promise<void> {
    await this.post('records', chain.batch(entries));
    this.newest = chain.end;
  }

  private async post(path: string, body: unknown): Promise<void> {
    const headers = { authorization: this.bearer };
    const answer = await this.broker.fetch('POST', `/gateway/v1/${path}`, { body, headers });
    if (answer.status >= 300) expectStatus(answer, 200);
  }
}
