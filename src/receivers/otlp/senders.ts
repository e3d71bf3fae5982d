import { BlockList, isIP } from "node:net";
import type { WireRequest } from "../../gateway/wire.js";
import type { Vouched } from "../vouched-call.js";

/** Who may send without credentials: programs on this machine, anybody who reaches the port, or nobody. */
export type WithoutCredentials = "loopback" | "always" | "never";

const loopback = new BlockList();
loopback.addSubnet("127.0.0.0", 8, "ipv4");
loopback.addAddress("::1", "ipv6");
loopback.addSubnet("::ffff:127.0.0.0", 104, "ipv6");

/**
 * A request that proves nothing about its sender goes on in the name of `vouched`, where that is allowed. Whoever sends
 * credentials is held to them, also when they are wrong.
 */
export function inSomebodysName(request: WireRequest, allowed: WithoutCredentials, vouched: Vouched): WireRequest {
  if (request.headers["authorization"] !== undefined || request.rawQuery !== "") return request;
  if (allowed === "never" || (allowed === "loopback" && !isLoopback(request.remoteAddress))) return request;
  return { ...request, vouched };
}

export function isLoopback(address: string): boolean {
  const family = isIP(address);
  return family !== 0 && loopback.check(address, family === 6 ? "ipv6" : "ipv4");
}
