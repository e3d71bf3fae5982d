import { beforeEach, describe, expect, it } from "vitest";
import { SettingsCache } from "./settings-cache.js";
import type { SettingsStore } from "./settings-store.js";

let nowMs: number;
let commit: () => void;
let loads: string[];
/** What a load gives; a test may make it wait. */
let load: (key: string) => Promise<string>;
let cache: SettingsCache<string>;

beforeEach(() => {
  nowMs = 0;
  loads = [];
  load = async (key) => `${key} ${loads.length}`;
  const onCommit = (listener: () => void) => {
    commit = listener;
  };
  cache = new SettingsCache({
    settings: { onCommit } as SettingsStore,
    clock: { nowMs: () => nowMs, monotonicMs: () => nowMs },
    entriesMax: 2,
    load: (key) => {
      loads.push(key);
      return load(key);
    },
  });
});

describe("a cache of settings", () => {
  it("reads once a second, and answers at once meanwhile", async () => {
    expect(await cache.get("a")).toBe("a 1");
    nowMs = 999;
    expect(cache.get("a")).toBe("a 1");
    nowMs = 1000;
    expect(await cache.get("a")).toBe("a 2");
  });

  it("reads again after a commit, and keeps nothing that was read before it", async () => {
    await cache.get("a");
    commit();
    let answer: (value: string) => void = () => undefined;
    load = () =>
      new Promise((resolve) => {
        answer = resolve;
      });
    const early = cache.get("a");
    commit();
    const late = cache.get("a");
    expect(loads).toHaveLength(3);
    answer("new");
    expect(await late).toBe("new");
    expect(cache.get("a")).toBe("new");
    expect(early).toBeInstanceOf(Promise);
  });

  it("reads once for many who ask together, and again where that failed", async () => {
    load = () => Promise.reject(new Error("away"));
    const asked = [cache.get("a"), cache.get("a")];
    for (const each of asked) await expect(each).rejects.toThrow("away");
    expect(loads).toHaveLength(1);
    load = async () => "there";
    expect(await cache.get("a")).toBe("there");
  });

  it("forgets the oldest once it is full", async () => {
    for (const key of ["a", "b", "c"]) await cache.get(key);
    expect(cache.get("c")).toBe("c 3");
    expect(cache.get("a")).toBeInstanceOf(Promise);
  });
});
