import type { AccessRequest, AnswerOf, Endpoint, Grant } from '@countersign/api';
import {
  bearer,
  call,
  callEndpoint,
  type EndpointCall,
  expectThat,
  type HttpAnswer,
  readAnswer,
} from './http.js';
import type { Persona } from './people.js';

/** How far the tour has come. A step reads here what an earlier step made. */
export class TourContext {
  private readonly keys = new Map<string, string>();
  private currentRequest: AccessRequest | undefined;
  private currentGrant: Grant | undefined;
  private currentToken: string | undefined;

  constructor(
    private readonly brokerUrl: string,
    private readonly gatewayUrl: string,
  ) {}

  setKey(persona: Persona, key: string): void {
    this.keys.set(persona.email, key);
  }

  /** Calls an endpoint as this person, whatever its status. */
  call(persona: Persona, endpoint: Endpoint, options: EndpointCall = {}): Promise<HttpAnswer> {
    const key = this.keys.get(persona.email);
    expectThat(key !== undefined, `${persona.name} has no key`);
    return callEndpoint(this.brokerUrl, endpoint, options, bearer(key));
  }

  /** Calls an endpoint as this person. @throws TourError `tour_failed` unless it answers as it is declared */
  async read<E extends Endpoint>(
    persona: Persona,
    endpoint: E,
    what: string,
    options: EndpointCall = {},
  ): Promise<AnswerOf<E>> {
    return readAnswer(endpoint, await this.call(persona, endpoint, options), what);
  }

  /** Calls the data service through the gateway, with Erin's token if there is one. */
  callThroughGateway(method: string, path: string): Promise<HttpAnswer> {
    const base = this.currentGrant?.gatewayUrl ?? `${this.gatewayUrl}/billing`;
    const token = this.currentToken;
    return call(method, base + path, token === undefined ? {} : { headers: bearer(token) });
  }

  /** Calls the data service with a token that is not Erin's. */
  callWithToken(token: string, path: string): Promise<HttpAnswer> {
    return call('GET', this.grant.gatewayUrl + path, { headers: bearer(token) });
  }

  get request(): AccessRequest {
    expectThat(this.currentRequest !== undefined, 'no request was made');
    return this.currentRequest;
  }

  set request(request: AccessRequest) {
    this.currentRequest = request;
  }

  get grant(): Grant {
    expectThat(this.currentGrant !== undefined, 'the request led to no grant');
    return this.currentGrant;
  }

  set grant(grant: Grant) {
    this.currentGrant = grant;
  }

  set token(token: string) {
    this.currentToken = token;
  }

  /** The ids of request and grant; null if the tour did not get that far. */
  ids(): { request: string | null; grant: string | null } {
    return { request: this.currentRequest?.id ?? null, grant: this.currentGrant?.id ?? null };
  }
}
