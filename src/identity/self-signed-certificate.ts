import { createPublicKey, type KeyObject, sign } from "node:crypto";

/**
 * An X.509 certificate that a key signs for itself, for checking signatures and nothing else (RFC 5280). Node reads
 * certificates and writes none; this one is always of the same few parts.
 *
 * @returns PEM.
 */
export function selfSignedCertificate(options: {
  /** RSA. */
  readonly privateKey: KeyObject;
  readonly commonName: string;
  /** 16 random bytes. */
  readonly serial: Buffer;
  readonly validFromMs: number;
  readonly validUntilMs: number;
}): string {
  const name = sequence(set(sequence(oid("55 04 03"), utf8(options.commonName))));
  // sha256WithRSAEncryption
  const algorithm = sequence(oid("2a 86 48 86 f7 0d 01 01 0b"), der(0x05));
  const isNoAuthority = sequence(oid("55 1d 13"), yes, octets(sequence()));
  const signsData = sequence(oid("55 1d 0f"), yes, octets(der(0x03, Buffer.of(7, 0x80))));
  const toBeSigned = sequence(
    der(0xa0, integer(Buffer.of(2))),
    // Positive, and never with a leading zero byte.
    integer(Buffer.concat([Buffer.of(0x40), options.serial])),
    algorithm,
    name,
    sequence(time(options.validFromMs), time(options.validUntilMs)),
    name,
    createPublicKey(options.privateKey).export({ type: "spki", format: "der" }),
    der(0xa3, sequence(isNoAuthority, signsData)),
  );
  const signature = sign("sha256", toBeSigned, options.privateKey);
  const certificate = sequence(toBeSigned, algorithm, der(0x03, Buffer.of(0), signature));
  const lines = certificate.toString("base64").match(/.{1,64}/g)!;
  return `-----BEGIN CERTIFICATE-----\n${lines.join("\n")}\n-----END CERTIFICATE-----\n`;
}

/** One value of DER: tag, length, content. */
function der(tag: number, ...parts: readonly Buffer[]): Buffer {
  const content = Buffer.concat(parts);
  const { length } = content;
  if (length < 0x80) return Buffer.concat([Buffer.of(tag, length), content]);
  const bytes = length < 0x100 ? Buffer.of(length) : Buffer.of(length >> 8, length & 0xff);
  return Buffer.concat([Buffer.of(tag, 0x80 | bytes.length), bytes, content]);
}

const sequence = (...parts: readonly Buffer[]) => der(0x30, ...parts);
const set = (...parts: readonly Buffer[]) => der(0x31, ...parts);
const integer = (bytes: Buffer) => der(0x02, bytes);
const octets = (content: Buffer) => der(0x04, content);
const utf8 = (text: string) => der(0x0c, Buffer.from(text));
const oid = (hex: string) => der(0x06, Buffer.from(hex.replaceAll(" ", ""), "hex"));
const yes = der(0x01, Buffer.of(0xff));

/** UTCTime until 2049, GeneralizedTime from then on, as RFC 5280 wants it. */
function time(timeMs: number): Buffer {
  const text = `${new Date(timeMs).toISOString().replace(/[-:T]/g, "").slice(0, 14)}Z`;
  return new Date(timeMs).getUTCFullYear() < 2050
    ? der(0x17, Buffer.from(text.slice(2)))
    : der(0x18, Buffer.from(text));
}
