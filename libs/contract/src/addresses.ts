import { prefixThatContains } from './network.js';

/** Never called, whatever is configured: link-local (which includes cloud metadata), unspecified, multicast, reserved. */
const NEVER: readonly string[] = [
  '0.0.0.0/8',
  '169.254.0.0/16',
  // Where clouds tell a machine its own secrets: Azure, Alibaba, Oracle.
  '168.63.129.16/32',
  '100.100.100.200/32',
  '192.0.0.192/32',
  '224.0.0.0/4',
  '240.0.0.0/4',
  'fe80::/10',
  'ff00::/8',
  'fd00:ec2::/32',
  // IPv4 inside IPv6: compatible, mapped, translated (RFC 2765, RFC 6052). Programs disagree about which rules apply to it.
  '::/96',
  '::ffff:0:0/96',
  '::ffff:0:0:0/96',
  '64:ff9b::/96',
  // Documentation (RFC 9637) and identifiers of segment routing (RFC 9602): no host has such an address.
  '3fff::/20',
  '5f00::/16',
];

/** Private networks, and ranges that lead to them: shared (RFC 6598), test and translated. */
const PRIVATE: readonly string[] = [
  '10.0.0.0/8',
  '100.64.0.0/10',
  '172.16.0.0/12',
  '192.0.0.0/24',
  '192.0.2.0/24',
  '192.168.0.0/16',
  '198.18.0.0/15',
  '198.51.100.0/24',
  '203.0.113.0/24',
  '64:ff9b:1::/48',
  '100::/64',
  '2001::/23',
  '2001:db8::/32',
  '2002::/16',
  'fc00::/7',
  'fec0::/10',
];

const EVERY: readonly string[] = ['0.0.0.0/1', '128.0.0.0/1', '::/1', '8000::/1'];

const isIn = (networks: readonly string[], address: string): boolean =>
  networks.some((network) => prefixThatContains(network, address) !== undefined);

/** Where an address leads. `never`: no program may connect to it, whatever is configured; so is a text that is no address. */
export type AddressKind = 'public' | 'private' | 'loopback' | 'never';

export function kindOfAddress(address: string): AddressKind {
  if (isLoopback(address)) return 'loopback';
  // IPv4 inside IPv6, with the IPv4 address written in its own form.
  if (address.includes(':') && address.includes('.')) return 'never';
  if (!isIn(EVERY, address) || isIn(NEVER, address)) return 'never';
  return isIn(PRIVATE, address) ? 'private' : 'public';
}

/** Whether a process may connect to a resolved address that someone else has named. */
export function mayConnect(address: string, allowPrivate: boolean): boolean {
  const kind = kindOfAddress(address);
  return kind === 'public' || (allowPrivate && kind !== 'never');
}

/** Whether an address is this machine. IPv4 inside IPv6 is not: it is never called. */
export const isLoopback = (address: string): boolean =>
  address === '::1' || (!address.includes(':') && isIn(['127.0.0.0/8'], address));

/** A host as programs connect to it. `URL.hostname` writes an IPv6 address in brackets. */
export const withoutBrackets = (hostname: string): string => hostname.replace(/^\[(.*)\]$/, '$1');

/** Whether a host is this machine: `localhost` or a loopback address, with or without brackets. Other names may lead anywhere. */
export const isLoopbackHost = (hostname: string): boolean =>
  hostname === 'localhost' || isLoopback(withoutBrackets(hostname));
