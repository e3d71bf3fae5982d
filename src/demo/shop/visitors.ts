import http from "node:http";
import { setTimeout as sleep } from "node:timers/promises";

/** The shop's visitors, in a process of their own: `visitors.js PORT`. A steady stream, most of them to buy. */
const port = Number(process.argv[2]);
const visitsPerSecond = 6;

process.on("disconnect", () => process.exit(0));
process.on("SIGINT", () => {});

const customers = ["mia", "noah", "ida", "leo", "zoe", "max"];
const items = ["teapot", "lamp", "bicycle", "clock", "kettle", "unicorn"];
const oneOf = (things: readonly string[]) => things[Math.floor(Math.random() * things.length)]!;

for (;;) {
  const path = Math.random() < 0.7 ? "/order" : "/products";
  http
    .get({ host: "127.0.0.1", port, path: `${path}?customer=${oneOf(customers)}&item=${oneOf(items)}` })
    .on("response", (response) => response.resume())
    .on("error", () => {}); // The shop may be closing; a visitor just goes away.
  await sleep((1000 / visitsPerSecond) * (0.5 + Math.random()));
}
