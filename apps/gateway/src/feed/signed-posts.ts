import type { KeyObject } from 'node:crypto';
import { MESSAGE_SIGNATURE_HEADER, signMessage } from '@countersign/gateway-protocol';
import type { BrokerClient } from './broker-client.js';

/** Posts whose bodies are signed by the gateway's identity: the broker accepts no lease and no pins by the credential alone. */
export function signedPosts(
  broker: Pick<BrokerClient, 'post'>,
  gateway: string,
  identity: KeyObject,
): Pick<BrokerClient, 'post'> {
  return {
    post: (path, json, signal) => {
      const body: unknown = JSON.parse(json.toString());
      const signature = signMessage({ gateway, path, body }, identity);
      return broker.post(path, json, signal, { [MESSAGE_SIGNATURE_HEADER]: signature });
    },
  };
}
