import { setTimeout as sleep } from "node:timers/promises";
import { annotate, callShop, type Handler, serveShop, traced } from "./shop-service.js";

/**
 * One service of the demonstration's shop, in a process of its own: `main.js NAME [NEIGHBOUR=PORT …]`. Tells its parent
 * its port over the channel between them and ends when that channel closes, so that no shop outlives its demonstration. It stands for somebody else's program: chance and time are
 * its own.
 */
const [name = "", ...neighbours] = process.argv.slice(2);
const ports = new Map(neighbours.map((entry) => entry.split("=") as [string, string]));
const port = (neighbour: string) => Number(ports.get(neighbour));

const chance = (share: number) => Math.random() < share;
const between = (least: number, most: number) => Math.round(least + Math.random() * (most - least));

const inventory: Handler = async ({ query }) => {
  const item = query.get("item") ?? "";
  annotate("item", item);
  await traced("look up stock", () => sleep(between(2, 15)));
  // One item of the catalogue does not exist: the caller's mistake, a 404.
  if (item === "unicorn") return { status: 404, body: { message: "no such item" } };
  return { status: 200, body: { item, inStock: between(1, 40), price: between(5, 90) } };
};

const cart: Handler = async ({ query }) => {
  const customer = query.get("customer") ?? "";
  annotate("customer", customer);
  await traced("load cart", () => sleep(between(3, 20)));
  const stock = await callShop(port("inventory"), `/stock?item=${query.get("item") ?? ""}`);
  if (stock.status !== 200) return stock;
  return { status: 200, body: { customer, total: (stock.body as { price: number }).price } };
};

const payment: Handler = async ({ query }) => {
  annotate("amount", Number(query.get("amount")));
  // The bank is slow now and then, and sometimes does not answer at all.
  await traced("ask the bank", async () => {
    await sleep(chance(0.1) ? between(2200, 2800) : between(10, 60));
    if (chance(0.08)) throw new Error("the bank did not answer");
  });
  return { status: 200, body: { paid: true } };
};

const web: Handler = async ({ path, query }) => {
  const customer = query.get("customer") ?? "";
  const item = query.get("item") ?? "";
  annotate("customer", customer);
  if (path === "/products") return callShop(port("inventory"), `/stock?item=${item}`);
  const order = await callShop(port("cart"), `/cart?customer=${customer}&item=${item}`);
  if (order.status !== 200) return order;
  const { total } = order.body as { total: number };
  const paid = await callShop(port("payment"), `/charge?amount=${total}`);
  return paid.status === 200 ? { status: 200, body: { ordered: item, total } } : { status: 502, body: paid.body };
};

const handler = { web, cart, payment, inventory }[name];
if (handler === undefined) throw new Error(`the shop has no service '${name}'`);
process.on("disconnect", () => process.exit(0));
// Ctrl-C reaches every process of the terminal; the demonstration decides when its shop closes.
process.on("SIGINT", () => {});
process.send?.({ port: await serveShop(name, handler) });
