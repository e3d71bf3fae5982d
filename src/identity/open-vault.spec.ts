import { mkdtemp, readdir, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { systemEnvironment as environment } from "../environment.js";
import { openVault } from "./open-vault.js";

const newFolder = () => mkdtemp(path.join(tmpdir(), "dosimeter-vault-"));

describe("the vault", () => {
  it("opens what it sealed, after a new start too, from a key file that only its owner may read", async () => {
    const dataFolder = await newFolder();
    const sealed = (await openVault({ dataFolder, environment })).seal(Buffer.from("secret"), "context");
    expect(sealed).not.toContain("secret");
    expect((await openVault({ dataFolder, environment })).open(sealed, "context").toString()).toBe("secret");
    expect((await stat(path.join(dataFolder, "master.key"))).mode & 0o777).toBe(0o600);
    expect(await readdir(dataFolder)).toEqual(["master.key"]);
  });

  it("refuses another context, another key and an altered text", async () => {
    const [vault, other] = await Promise.all(
      [1, 2].map(async () => openVault({ dataFolder: await newFolder(), environment })),
    );
    const sealed = vault!.seal(Buffer.from("secret"), "context");
    expect(() => vault!.open(sealed, "another")).toThrow();
    expect(() => other!.open(sealed, "context")).toThrow();
    for (const at of [0, 5, 20, sealed.length - 1]) {
      const altered = sealed.slice(0, at) + (sealed[at] === "A" ? "B" : "A") + sealed.slice(at + 1);
      expect(() => vault!.open(altered, "context")).toThrow();
    }
  });

  it("uses one key when many start at once", async () => {
    const dataFolder = await newFolder();
    const vaults = await Promise.all(Array.from({ length: 8 }, () => openVault({ dataFolder, environment })));
    const sealed = vaults[0]!.seal(Buffer.from("x"), "c");
    for (const vault of vaults) expect(vault.open(sealed, "c").toString()).toBe("x");
  });

  it("takes a given key, and none of another length", async () => {
    const masterKey = Buffer.alloc(32, 7).toString("base64");
    const vault = await openVault({ dataFolder: "/nowhere", masterKey, environment });
    expect(vault.open(vault.seal(Buffer.from("x"), "c"), "c").toString()).toBe("x");
    await expect(openVault({ dataFolder: "/nowhere", masterKey: "c2hvcnQ=", environment })).rejects.toThrow("32 bytes");
  });
});
