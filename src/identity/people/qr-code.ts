/**
 * QR codes (ISO/IEC 18004) of texts, in byte mode with error correction level L, versions 1 to 22. The mask is always
 * the first one: the standard's choice among eight makes reading easier under bad conditions, which a screen is not.
 */
export function qrCodeOf(text: string): readonly (readonly boolean[])[] {
  const bytes = Buffer.from(text, "utf8");
  const version = versionFor(bytes.length);
  const square = new Square(version);
  square.placeData(interleaved(version, dataCodewords(version, bytes)));
  return square.modules;
}

/** Of level L, by version from 1: codewords of error correction in a block, and blocks. Source: the standard, table 9. */
const correctionsPerBlock = [7, 10, 15, 20, 26, 18, 20, 24, 30, 18, 20, 24, 26, 30, 22, 24, 28, 30, 28, 28, 28, 28];
const blocks = [1, 1, 1, 1, 1, 2, 2, 2, 2, 4, 4, 4, 4, 4, 6, 6, 6, 6, 7, 8, 8, 9];
/** Level L and mask 0, with their own error correction and mask. Source: the standard, table C.1. */
const formatBits = 0b111011111000100;

const sizeOf = (version: number) => 17 + 4 * version;

/** Centres of alignment patterns. Source: the standard, table E.1. */
function alignmentCentres(version: number): number[] {
  if (version === 1) return [];
  const count = Math.floor(version / 7) + 2;
  const step = Math.ceil((sizeOf(version) - 13) / (2 * count - 2)) * 2;
  const centres = [6];
  for (let at = sizeOf(version) - 7; centres.length < count; at -= step) centres.splice(1, 0, at);
  return centres;
}

function codewordCount(version: number): number {
  let modules = (16 * version + 128) * version + 64;
  if (version >= 2) {
    const centres = alignmentCentres(version).length;
    modules -= (25 * centres - 10) * centres - 55;
    if (version >= 7) modules -= 36;
  }
  return Math.floor(modules / 8);
}

function dataCodewordCount(version: number): number {
  return codewordCount(version) - correctionsPerBlock[version - 1]! * blocks[version - 1]!;
}

const lengthBits = (version: number) => (version < 10 ? 8 : 16);

function versionFor(byteCount: number): number {
  for (let version = 1; version <= blocks.length; version++)
    if (4 + lengthBits(version) + 8 * byteCount <= 8 * dataCodewordCount(version)) return version;
  throw new Error(`a QR code of ${byteCount} bytes is larger than any made here`);
}

function dataCodewords(version: number, bytes: Buffer): number[] {
  const capacity = dataCodewordCount(version);
  let bits = `0100${bytes.length.toString(2).padStart(lengthBits(version), "0")}`;
  for (const byte of bytes) bits += byte.toString(2).padStart(8, "0");
  bits += "0".repeat(Math.min(4, 8 * capacity - bits.length));
  bits = bits.padEnd(Math.ceil(bits.length / 8) * 8, "0");
  const codewords = bits.match(/.{8}/g)!.map((byte) => Number.parseInt(byte, 2));
  for (let pad = 0xec; codewords.length < capacity; pad ^= 0xec ^ 0x11) codewords.push(pad);
  return codewords;
}

/** The blocks' codewords in turn, then those of their error correction. Later blocks may be one longer. */
function interleaved(version: number, data: readonly number[]): number[] {
  const count = blocks[version - 1]!;
  const divisor = generator(correctionsPerBlock[version - 1]!);
  const shortLength = Math.floor(data.length / count);
  const shortCount = count - (data.length % count);
  const parts: number[][] = [];
  for (let i = 0, at = 0; i < count; i++) {
    const length = shortLength + (i < shortCount ? 0 : 1);
    parts.push(data.slice(at, at + length));
    at += length;
  }
  const corrections = parts.map((part) => remainder(part, divisor));
  const inTurn = (lists: readonly (readonly number[])[], length: number) =>
    Array.from({ length }, (_, i) => lists.flatMap((list) => (i < list.length ? [list[i]!] : []))).flat();
  return [...inTurn(parts, shortLength + 1), ...inTurn(corrections, divisor.length)];
}

/** Product in GF(2^8) by the polynomial 0x11d. */
export function product(a: number, b: number): number {
  let result = 0;
  for (let bit = 7; bit >= 0; bit--) {
    result = (result << 1) ^ ((result >>> 7) * 0x11d);
    result ^= ((b >>> bit) & 1) * a;
  }
  return result;
}

/** Coefficients of (x - 1)(x - 2)(x - 4)…, without the leading one. */
function generator(degree: number): number[] {
  const coefficients = [...new Array<number>(degree - 1).fill(0), 1];
  for (let i = 0, root = 1; i < degree; i++, root = product(root, 2))
    for (let j = 0; j < degree; j++) coefficients[j] = product(coefficients[j]!, root) ^ (coefficients[j + 1] ?? 0);
  return coefficients;
}

function remainder(data: readonly number[], divisor: readonly number[]): number[] {
  const rest = divisor.map(() => 0);
  for (const byte of data) {
    const factor = byte ^ rest.shift()!;
    rest.push(0);
    for (const [i, coefficient] of divisor.entries()) rest[i]! ^= product(coefficient, factor);
  }
  return rest;
}

/** The modules: true is dark. */
class Square {
  readonly modules: boolean[][];
  readonly #size: number;
  /** Modules of patterns, which hold no data. */
  readonly #taken: boolean[][];

  constructor(version: number) {
    this.#size = sizeOf(version);
    const empty = () => Array.from({ length: this.#size }, () => new Array<boolean>(this.#size).fill(false));
    this.modules = empty();
    this.#taken = empty();
    const last = this.#size - 1;
    for (let i = 0; i <= last; i++) {
      this.#set(6, i, i % 2 === 0);
      this.#set(i, 6, i % 2 === 0);
    }
    for (const [x, y] of [
      [3, 3],
      [last - 3, 3],
      [3, last - 3],
    ] as const)
      this.#pattern(x, y, 4);
    const centres = alignmentCentres(version);
    for (const [i, x] of centres.entries())
      for (const [j, y] of centres.entries()) {
        const inFinder = (i === 0 && (j === 0 || j === centres.length - 1)) || (j === 0 && i === centres.length - 1);
        if (!inFinder) this.#pattern(x, y, 2);
      }
    this.#format();
    if (version >= 7) this.#version(version);
  }

  /** Two columns at a time from the right, up and down in turn, masked. */
  placeData(codewords: readonly number[]): void {
    let bit = 0;
    for (let right = this.#size - 1; right >= 1; right -= 2) {
      if (right === 6) right = 5;
      const upwards = ((right + 1) & 2) === 0;
      for (let i = 0; i < this.#size; i++)
        for (const x of [right, right - 1]) {
          const y = upwards ? this.#size - 1 - i : i;
          if (this.#taken[y]![x]) continue;
          const dark = ((codewords[bit >>> 3] ?? 0) >>> (7 - (bit & 7))) & 1;
          this.modules[y]![x] = (dark === 1) !== ((x + y) % 2 === 0);
          bit++;
        }
    }
  }

  #set(x: number, y: number, dark: boolean): void {
    this.modules[y]![x] = dark;
    this.#taken[y]![x] = true;
  }

  /** Rings around a centre: of a finder, with the light border it has, or of an alignment pattern. */
  #pattern(x: number, y: number, radius: 2 | 4): void {
    for (let dy = -radius; dy <= radius; dy++)
      for (let dx = -radius; dx <= radius; dx++) {
        const ring = Math.max(Math.abs(dx), Math.abs(dy));
        const inside = x + dx >= 0 && x + dx < this.#size && y + dy >= 0 && y + dy < this.#size;
        if (inside) this.#set(x + dx, y + dy, radius === 4 ? ring !== 2 && ring !== 4 : ring !== 1);
      }
  }

  #format(): void {
    const bit = (i: number) => ((formatBits >>> i) & 1) === 1;
    const last = this.#size - 1;
    for (let i = 0; i < 15; i++) {
      // Around the first finder, past the timing patterns; and again beside the two others.
      const along = i < 6 ? i : i < 8 ? i + 1 : 14 - i;
      if (i < 8) this.#set(8, along, bit(i));
      else this.#set(i === 8 ? 7 : along, 8, bit(i));
      if (i < 8) this.#set(last - i, 8, bit(i));
      else this.#set(8, last - 14 + i, bit(i));
    }
    this.#set(8, last - 7, true);
  }

  #version(version: number): void {
    let rest = version;
    for (let i = 0; i < 12; i++) rest = (rest << 1) ^ ((rest >>> 11) * 0x1f25);
    const bits = (version << 12) | rest;
    for (let i = 0; i < 18; i++) {
      const dark = ((bits >>> i) & 1) === 1;
      const across = this.#size - 11 + (i % 3);
      this.#set(across, Math.floor(i / 3), dark);
      this.#set(Math.floor(i / 3), across, dark);
    }
  }
}
