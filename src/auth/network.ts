/** Addresses of clients: which of them one client may have. */
import { isIPv6 } from 'node:net';

/**
 * Returns the network of an address, as far as one client has it: of IPv6 the /64, in which a client has
 * as many addresses as it likes, and of IPv4 the address itself, also where IPv6 spells it.
 */
export function networkOf(address: string): string {
  if (!isIPv6(address)) return address;
  const [text = ''] = address.split('%');
  if (text.includes('.')) return text.slice(text.lastIndexOf(':') + 1);
  const [start = [], end = []] = text
    .split('::')
    .map((part) => part.split(':').filter((group) => group !== ''));
  const zeros = Array<string>(8 - start.length - end.length).fill('0');
  const groups = [...start, ...zeros, ...end].slice(0, 4);
  return `${groups.map((group) => parseInt(group, 16).toString(16)).join(':')}::/64`;
}
