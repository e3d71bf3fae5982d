import { isIPv4, isIPv6 } from "node:net";

/** Bits of the networks that stand for addresses where there are too many: what one site or one customer mostly has. */
const wider = { ipv4: [32, 24, 16], ipv6: [128, 64, 48] } as const;

/**
 * The networks that some addresses are in: each its own if there are at most `max`, else those around them, in steps.
 *
 * @returns undefined if something is no address, or the addresses are too far apart.
 */
export function networksOf(addresses: readonly string[], max: number): string[] | undefined {
  const ipv4 = addresses.filter(isIPv4);
  const ipv6 = addresses.filter(isIPv6);
  if (ipv4.length + ipv6.length < addresses.length) return undefined;
  for (let step = 0; step < wider.ipv4.length; step++) {
    const networks = new Set([
      ...ipv4.map((address) => networkOf(bytesOfIpv4(address), wider.ipv4[step]!)),
      ...ipv6.map((address) => networkOf(bytesOfIpv6(address), wider.ipv6[step]!)),
    ]);
    if (networks.size <= max) return [...networks].sort();
  }
  return undefined;
}

function networkOf(bytes: readonly number[], bits: number): string {
  const kept = bytes.map((byte, index) => (index * 8 < bits ? byte : 0));
  if (bytes.length === 4) return `${kept.join(".")}/${bits}`;
  const groups = Array.from({ length: 8 }, (_, group) => ((kept[group * 2]! << 8) | kept[group * 2 + 1]!).toString(16));
  return `${groups.join(":")}/${bits}`;
}

function bytesOfIpv4(address: string): number[] {
  return address.split(".").map(Number);
}

function bytesOfIpv6(address: string): number[] {
  const [whole = ""] = address.split("%", 1);
  const dotted = /^(.*:)(\d+\.\d+\.\d+\.\d+)$/.exec(whole);
  const [a = 0, b = 0, c = 0, d = 0] = dotted ? bytesOfIpv4(dotted[2]!) : [];
  const text = dotted ? `${dotted[1]}${((a << 8) | b).toString(16)}:${((c << 8) | d).toString(16)}` : whole;
  const [head = "", tail] = text.split("::");
  const front = head === "" ? [] : head.split(":");
  const back = tail === undefined || tail === "" ? [] : tail.split(":");
  const zeros = tail === undefined ? [] : Array.from({ length: 8 - front.length - back.length }, () => "0");
  return [...front, ...zeros, ...back].flatMap((group) => {
    const value = Number.parseInt(group, 16);
    return [value >> 8, value & 255];
  });
}
