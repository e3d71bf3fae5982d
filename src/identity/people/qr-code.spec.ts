import { inflateSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { pngOf } from "./png.js";
import { product, qrCodeOf } from "./qr-code.js";

describe("a QR code", () => {
  it.each([1, 17, 18, 100, 230, 300, 520, 860, 1003])(
    "of %i bytes is read back, without an error to correct",
    (length) => {
      const text = Array.from({ length }, (_, i) => String.fromCharCode(33 + ((i * 7 + length) % 90))).join("");
      expect(readBack(qrCodeOf(text))).toBe(text);
    },
  );

  it("of more than the largest holds is refused", () => {
    expect(() => qrCodeOf("x".repeat(1004))).toThrow("larger than any");
  });

  it("becomes a PNG with a border", () => {
    const modules = qrCodeOf("otpauth://totp/ann@111122223333?secret=MZXW6YTB");
    const png = pngOf(modules, 4, 4);
    expect(png.subarray(0, 8).toString("latin1")).toBe("\x89PNG\r\n\x1a\n");
    const size = (modules.length + 8) * 4;
    expect([png.readUInt32BE(16), png.readUInt32BE(20)]).toEqual([size, size]);
    const lines = inflateSync(png.subarray(41, 41 + png.readUInt32BE(33)));
    const lineBytes = 1 + Math.ceil(size / 8);
    const isWhite = (x: number, y: number) => ((lines[y * lineBytes + 1 + (x >> 3)]! >> (7 - (x & 7))) & 1) === 1;
    // Four modules of light, then the finder's corner.
    expect([isWhite(15, 16), isWhite(16, 15), isWhite(16, 16), isWhite(size - 1, size - 1)]).toEqual([
      ...[true, true, false, true],
    ]);
    for (const [y, row] of modules.entries())
      for (const [x, dark] of row.entries()) expect(isWhite((x + 4) * 4 + 2, (y + 4) * 4 + 1)).toBe(!dark);
  });
});

/** Blocks of level L by version: how many, and codewords of error correction in each. Source: the standard, table 9. */
const layouts: Record<number, [blocks: number, corrections: number]> = {
  1: [1, 7],
  2: [1, 10],
  5: [1, 26],
  9: [2, 30],
  11: [4, 20],
  15: [6, 22],
  21: [8, 28],
  20: [8, 28],
  22: [9, 28],
};

/** A reader that shares no code with the maker but the field's product: it checks every block for errors. */
function readBack(modules: readonly (readonly boolean[])[]): string {
  const size = modules.length;
  const version = (size - 17) / 4;
  const layout = layouts[version];
  if (!layout) throw new Error(`version ${version} is not in the table of this test`);
  const codewords = readCodewords(modules, version);
  const [blockCount, corrections] = layout;
  const dataCount = codewords.length - blockCount * corrections;
  const short = Math.floor(dataCount / blockCount);
  const longCount = dataCount % blockCount;
  const blocks = Array.from({ length: blockCount }, (_, block) => {
    const data = Array.from({ length: short }, (_, i) => codewords[i * blockCount + block]!);
    if (block >= blockCount - longCount) data.push(codewords[short * blockCount + block - (blockCount - longCount)]!);
    const rest = Array.from({ length: corrections }, (_, i) => codewords[dataCount + i * blockCount + block]!);
    for (let power = 0, root = 1; power < corrections; power++, root = product(root, 2))
      expect([...data, ...rest].reduce((sum, codeword) => product(sum, root) ^ codeword, 0)).toBe(0);
    return data;
  });
  const bits = blocks
    .flat()
    .map((byte) => byte.toString(2).padStart(8, "0"))
    .join("");
  const lengthBits = version < 10 ? 8 : 16;
  expect(bits.slice(0, 4)).toBe("0100");
  const length = Number.parseInt(bits.slice(4, 4 + lengthBits), 2);
  const start = 4 + lengthBits;
  const bytes = Array.from({ length }, (_, i) => Number.parseInt(bits.slice(start + 8 * i, start + 8 * i + 8), 2));
  return Buffer.from(bytes).toString("utf8");
}

function readCodewords(modules: readonly (readonly boolean[])[], version: number): number[] {
  const size = modules.length;
  const centres = centresOf[version]!;
  const holdsPattern = (x: number, y: number) => {
    if (x === 6 || y === 6) return true;
    if ((x < 9 && y < 9) || (x >= size - 8 && y < 9) || (x < 9 && y >= size - 8)) return true;
    if (version >= 7 && ((x < 6 && y >= size - 11) || (y < 6 && x >= size - 11))) return true;
    return centres.some((cx) =>
      centres.some((cy) => {
        const corner = (cx === 6 && cy === 6) || (cx === 6 && cy === size - 7) || (cx === size - 7 && cy === 6);
        return !corner && Math.abs(x - cx) <= 2 && Math.abs(y - cy) <= 2;
      }),
    );
  };
  let bits = "";
  let up = true;
  for (let right = size - 1; right > 0; right -= 2) {
    if (right === 6) right--;
    for (let i = 0; i < size; i++)
      for (const x of [right, right - 1]) {
        const y = up ? size - 1 - i : i;
        if (!holdsPattern(x, y)) bits += modules[y]![x] !== ((x + y) % 2 === 0) ? "1" : "0";
      }
    up = !up;
  }
  return bits.match(/.{8}/g)!.map((byte) => Number.parseInt(byte, 2));
}

/** Source: the standard, table E.1. */
const centresOf: Record<number, readonly number[]> = {
  1: [],
  2: [6, 18],
  5: [6, 30],
  9: [6, 26, 46],
  11: [6, 30, 54],
  15: [6, 26, 48, 70],
  20: [6, 34, 62, 90],
  21: [6, 28, 50, 72, 94],
  22: [6, 26, 50, 74, 98],
};
