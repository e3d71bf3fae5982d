import { lookup } from "node:dns";
import { BlockList, isIP, type LookupFunction } from "node:net";

/**
 * Addresses that a URL given by a caller does not lead to unless a setting allows it: a subscriber's URL, or an issuer's,
 * must not make this service talk to itself, to its neighbours on the machine or in a private network, or to a cloud's
 * metadata address.
 */
const refusedNetworks = [
  ["0.0.0.0", 8],
  ["10.0.0.0", 8],
  ["100.64.0.0", 10],
  ["127.0.0.0", 8],
  ["169.254.0.0", 16],
  ["172.16.0.0", 12],
  ["192.168.0.0", 16],
  ["224.0.0.0", 4],
  ["240.0.0.0", 4],
  ["::", 128],
  ["::1", 128],
  // Private ones, among them the metadata address of AWS in IPv6.
  ["fc00::", 7],
  ["fe80::", 10],
  ["ff00::", 8],
] as const;

/** Decides for an address, not for a name: names may change what they mean between a check and a connection. */
export class OutboundNetwork {
  readonly #refused = new BlockList();
  readonly #allowed = new BlockList();

  /** @param allowed networks such as `127.0.0.0/8` that may be reached although they are refused by default. */
  constructor(allowed: readonly string[]) {
    for (const [address, prefix] of refusedNetworks) this.#refused.addSubnet(address, prefix, family(address));
    for (const network of allowed) {
      const [address = "", prefix] = network.split("/");
      const version = isIP(address);
      if (version === 0) throw new Error(`'${network}' is not a network such as 10.0.0.0/8`);
      this.#allowed.addSubnet(address, Number(prefix ?? (version === 4 ? 32 : 128)), family(address));
    }
  }

  permits(address: string): boolean {
    const plain = embeddedIpv4(address) ?? address;
    const type = family(plain);
    return !this.#refused.check(plain, type) || this.#allowed.check(plain, type);
  }

  /** For `http.request`: resolves a name to the addresses that are permitted, or fails. */
  readonly lookup: LookupFunction = (hostname, options, callback) => {
    lookup(hostname, { ...options, all: true }, (error, addresses) => {
      if (error !== null) return callback(error, "", 0);
      const permitted = addresses.filter(({ address }) => this.permits(address));
      const first = permitted[0];
      if (first === undefined) return callback(new AddressRefused(hostname), "", 0);
      if (options.all) return callback(null, permitted);
      return callback(null, first.address, first.family);
    });
  };
}

export class AddressRefused extends Error {
  override readonly name = "AddressRefused";
  constructor(host: string) {
    super(`${host} is at an address that is not reached from here unless a setting allows it`);
  }
}

function family(address: string): "ipv4" | "ipv6" {
  return isIP(address) === 6 ? "ipv6" : "ipv4";
}

/** IPv6 forms that reach an IPv4 address: mapped (`::ffff:`) and NAT64 (`64:ff9b::`). */
function embeddedIpv4(address: string): string | undefined {
  if (isIP(address) !== 6) return undefined;
  // URL's parser writes every form in the same way.
  const canonical = new URL(`http://[${address.split("%")[0]}]`).hostname.slice(1, -1);
  const [, high, low] = /^(?:::ffff:|64:ff9b::)([0-9a-f]{1,4}):([0-9a-f]{1,4})$/.exec(canonical) ?? [];
  if (high === undefined || low === undefined) return undefined;
  const number = Number.parseInt(high, 16) * 65_536 + Number.parseInt(low, 16);
  return [24, 16, 8, 0].map((shift) => (number >>> shift) & 255).join(".");
}
