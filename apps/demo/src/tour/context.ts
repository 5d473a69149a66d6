import { type Answer, call, expectThat } from './http.js';
import type { Persona } from './people.js';
import type { GrantAnswer, RequestAnswer } from './shapes.js';

/** What the tour has come to so far. A step that needs what an earlier one made asks for it here. */
export class TourContext {
  private readonly keys = new Map<string, string>();
  private currentRequest: RequestAnswer | undefined;
  private currentGrant: GrantAnswer | undefined;
  private currentToken: string | undefined;
  /** Records of calls through the gateway, in order, as its answers named them. */
  readonly records: string[] = [];

  constructor(
    private readonly brokerUrl: string,
    readonly gatewayUrl: string,
  ) {}

  giveKey(persona: Persona, key: string): void {
    this.keys.set(persona.email, key);
  }

  /** Calls the broker's API as this person. */
  as(persona: Persona, method: string, path: string, body?: unknown): Promise<Answer> {
    const bearer = this.keys.get(persona.email);
    expectThat(bearer !== undefined, `${persona.name} has no key`);
    return call(method, `${this.brokerUrl}${path}`, { bearer, body });
  }

  /** Calls the data service through the gateway, with Erin's token where there is one. */
  async through(method: string, path: string): Promise<Answer> {
    const base = this.currentGrant?.gatewayUrl ?? `${this.gatewayUrl}/billing`;
    const token = this.currentToken;
    const answer = await call(method, base + path, token === undefined ? {} : { bearer: token });
    const record = answer.headers.get('countersign-record');
    if (record !== null) this.records.push(record);
    return answer;
  }

  /** Calls the data service with a token that is not Erin's. */
  withToken(token: string, path: string): Promise<Answer> {
    return call('GET', this.currentGrant?.gatewayUrl + path, { bearer: token });
  }

  get request(): RequestAnswer {
    expectThat(this.currentRequest !== undefined, 'no request was made');
    return this.currentRequest;
  }

  set request(request: RequestAnswer) {
    this.currentRequest = request;
  }

  get grant(): GrantAnswer {
    expectThat(this.currentGrant !== undefined, 'no grant came of the request');
    return this.currentGrant;
  }

  set grant(grant: GrantAnswer) {
    this.currentGrant = grant;
  }

  set token(token: string) {
    this.currentToken = token;
  }

  /** The request as far as the tour got; undefined where it did not get that far. */
  soFar(): { request: string | null; grant: string | null } {
    return { request: this.currentRequest?.id ?? null, grant: this.currentGrant?.id ?? null };
  }
}
