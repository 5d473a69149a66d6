import { BlockList, isIPv4, isIPv6 } from 'node:net';

type Subnet = [network: string, prefix: number];

/** Never called, whatever is configured: link-local (which includes cloud metadata), unspecified, multicast, reserved. */
const NEVER: readonly Subnet[] = [
  ['0.0.0.0', 8],
  ['169.254.0.0', 16],
  // Where clouds tell a machine its own secrets: Azure, Alibaba, Oracle.
  ['168.63.129.16', 32],
  ['100.100.100.200', 32],
  ['192.0.0.192', 32],
  ['224.0.0.0', 4],
  ['240.0.0.0', 4],
  ['::', 128],
  ['fe80::', 10],
  ['ff00::', 8],
  ['fd00:ec2::', 32],
];

/** This machine, private networks, and ranges that lead to them: shared (RFC 6598), test and translated. */
const PRIVATE: readonly Subnet[] = [
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['::1', 128],
  ['64:ff9b::', 96],
  ['64:ff9b:1::', 48],
  ['100::', 64],
  ['2001::', 23],
  ['2001:db8::', 32],
  ['2002::', 16],
  ['fc00::', 7],
  ['fec0::', 10],
];

function listOf(subnets: readonly Subnet[]): BlockList {
  const list = new BlockList();
  for (const [network, prefix] of subnets) list.addSubnet(network, prefix, isIPv4(network) ? 'ipv4' : 'ipv6');
  return list;
}

const never = listOf(NEVER);
const privately = listOf(PRIVATE);
/** IPv4 inside IPv6: programs disagree about which rules apply to it, so it is never called. */
const mapped = new BlockList();
mapped.addSubnet('::ffff:0:0', 96, 'ipv6');

/** Whether the broker may connect to a resolved address. A text that is no address is refused. */
export function mayConnect(address: string, allowPrivate: boolean): boolean {
  const family = isIPv4(address) ? 'ipv4' : isIPv6(address) ? 'ipv6' : undefined;
  if (family === undefined || never.check(address, family)) return false;
  if (family === 'ipv6' && mapped.check(address, 'ipv6')) return false;
  return allowPrivate || !privately.check(address, family);
}

/** This machine. */
export const isLoopback = (address: string): boolean => address === '::1' || /^127\./.test(address);
