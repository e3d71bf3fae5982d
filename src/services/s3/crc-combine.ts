/** How a CRC is made: its reflected polynomial and its width in bits. */
interface CyclicCode {
  readonly polynomial: bigint;
  readonly width: bigint;
}

/** By AWS's names of the algorithms. */
const codes: Readonly<Record<string, CyclicCode>> = {
  CRC32: { polynomial: 0xedb88320n, width: 32n },
  CRC32C: { polynomial: 0x82f63b78n, width: 32n },
  CRC64NVME: { polynomial: 0x9a6c9329ac4bc9b5n, width: 64n },
};

/** One part: its checksum in base64, and its length. */
export interface CheckedStretch {
  readonly checksum: string;
  readonly sizeBytes: number;
}

export function isCyclic(algorithm: string): boolean {
  return algorithm in codes;
}

/**
 * The checksum (base64) of parts laid end to end, from the checksums of the parts alone. CRCs are linear: appending n
 * bytes multiplies the register by x^(8n) modulo the polynomial.
 */
export function combineCyclic(algorithm: string, parts: readonly CheckedStretch[]): string {
  const code = codes[algorithm]!;
  const shifts = new Map<number, bigint>();
  let sum = 0n;
  for (const { checksum, sizeBytes } of parts) {
    // Nearly all parts of an upload are of one length.
    const shift = shifts.get(sizeBytes) ?? powerOfX(BigInt(sizeBytes) * 8n, code);
    shifts.set(sizeBytes, shift);
    sum = multiply(shift, sum, code) ^ BigInt(`0x${Buffer.from(checksum, "base64").toString("hex") || "0"}`);
  }
  return base64Of(sum, code.width);
}

/** The checksum (base64) of few bytes, bit by bit: such as the checksums of the parts of an upload. */
export function cyclicOf(algorithm: string, bytes: Uint8Array): string {
  const { polynomial, width } = codes[algorithm]!;
  const ones = (1n << width) - 1n;
  let register = ones;
  for (const byte of bytes) {
    register ^= BigInt(byte);
    for (let bit = 0; bit < 8; bit++)
      register = (register & 1n) === 1n ? (register >> 1n) ^ polynomial : register >> 1n;
  }
  return base64Of(register ^ ones, width);
}

function base64Of(checksum: bigint, width: bigint): string {
  return Buffer.from(checksum.toString(16).padStart(Number(width / 4n), "0"), "hex").toString("base64");
}

/** Product of two polynomials modulo the code's; reflected, so that the highest bit is the coefficient of x^0. */
function multiply(left: bigint, right: bigint, { polynomial, width }: CyclicCode): bigint {
  let product = 0n;
  let shifted = right;
  for (let bit = 1n << (width - 1n); bit > 0n; bit >>= 1n) {
    if ((left & bit) !== 0n) product ^= shifted;
    shifted = (shifted & 1n) === 1n ? (shifted >> 1n) ^ polynomial : shifted >> 1n;
  }
  return product;
}

function powerOfX(exponent: bigint, code: CyclicCode): bigint {
  const one = 1n << (code.width - 1n);
  let power = one;
  let square = one >> 1n;
  for (let rest = exponent; rest > 0n; rest >>= 1n) {
    if ((rest & 1n) === 1n) power = multiply(power, square, code);
    square = multiply(square, square, code);
  }
  return power;
}
