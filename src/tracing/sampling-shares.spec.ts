import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { fairShares, shareReservoir } from "./sampling-shares.js";

const sumOf = (quotas: ReadonlyMap<string, number>) => [...quotas.values()].reduce((sum, quota) => sum + quota, 0);
const spreadOf = (quotas: ReadonlyMap<string, number>) => Math.max(...quotas.values()) - Math.min(...quotas.values());

const reservoir = fc.nat(1000);
const clients = fc.uniqueArray(fc.string({ minLength: 1, maxLength: 4 }), { minLength: 1, maxLength: 40 });

describe("fair shares of a reservoir", () => {
  it("add up to it and differ by at most one, in whatever order the clients come", () => {
    fc.assert(
      fc.property(reservoir, clients, (size, ids) => {
        const shares = fairShares(size, ids);
        expect(sumOf(shares)).toBe(size);
        expect(spreadOf(shares)).toBeLessThanOrEqual(1);
        expect(fairShares(size, ids.toReversed())).toEqual(shares);
      }),
    );
  });

  it("give the remainder to the first clients by id", () => {
    expect(Object.fromEntries(fairShares(2, ["c", "a", "b"]))).toEqual({ a: 1, b: 1, c: 0 });
  });
});

describe("sharing a reservoir", () => {
  it("makes a new client wait until those before it gave up what is too much", () => {
    const held = new Map<string, number>();
    const report = (...ids: string[]) => {
      const quotas = shareReservoir(10, held, new Set(ids));
      for (const [id, quota] of quotas) held.set(id, quota);
      return Object.fromEntries(quotas);
    };
    expect(report("a")).toEqual({ a: 10 });
    expect(report("b")).toEqual({ b: 0 });
    expect(report("a")).toEqual({ a: 5 });
    expect(report("b")).toEqual({ b: 5 });
    expect(report("a", "b", "c")).toEqual({ a: 4, b: 3, c: 3 });
  });

  it("never gives out more than there is, whoever reports, comes and goes, and ends with fair shares", () => {
    const step = fc.oneof(
      fc.record({ report: fc.uniqueArray(fc.nat(15), { minLength: 1, maxLength: 5 }) }),
      fc.record({ gone: fc.nat(15) }),
    );
    fc.assert(
      fc.property(reservoir, fc.array(step, { maxLength: 60 }), (size, steps) => {
        const held = new Map<string, number>();
        const report = (ids: readonly string[]) => {
          for (const [id, quota] of shareReservoir(size, held, new Set(ids))) held.set(id, quota);
          expect(sumOf(held)).toBeLessThanOrEqual(size);
        };
        for (const one of steps) {
          if ("gone" in one) held.delete(String(one.gone));
          else report(one.report.map(String));
        }
        if (held.size === 0) return;
        for (const _ of [1, 2]) for (const id of [...held.keys()]) report([id]);
        expect(Object.fromEntries(held)).toEqual(Object.fromEntries(fairShares(size, [...held.keys()])));
      }),
    );
  });

  it("takes back what a smaller reservoir no longer holds", () => {
    const held = new Map([
      ["a", 50],
      ["b", 50],
    ]);
    for (const id of ["a", "b", "a", "b"])
      for (const [client, quota] of shareReservoir(3, held, new Set([id]))) held.set(client, quota);
    expect(Object.fromEntries(held)).toEqual({ a: 2, b: 1 });
  });

  it("gives nothing of an empty reservoir", () => {
    expect(Object.fromEntries(shareReservoir(0, new Map(), new Set(["a", "b"])))).toEqual({ a: 0, b: 0 });
  });
});
