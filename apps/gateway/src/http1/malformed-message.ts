/**
 * Bytes that are not one plain HTTP/1.1 message. `message` names the rule that they break. It never repeats the bytes,
 * which could contain anything.
 */
export class MalformedMessage extends Error {
  override readonly name: string = 'MalformedMessage';
  /**
   * What follows on the connection is no HTTP. The peer does not speak it, or it requests a tunnel. Then no answer in its
   * turn would be understood.
   */
  readonly endsHttp: boolean;

  constructor(rule: string, { endsHttp = false, ...options }: { endsHttp?: boolean } & ErrorOptions = {}) {
    super(rule, options);
    this.endsHttp = endsHttp;
  }
}

/** Throws MalformedMessage unless the rule holds. */
export function requirePlain(holds: boolean, rule: string): asserts holds {
  if (!holds) throw new MalformedMessage(rule);
}
