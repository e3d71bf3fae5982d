import path from "node:path";
import { type Config, ConfigError } from "../config.js";
import { type Certificate, openCertificate } from "../identity/certificate.js";
import { type ExternalKms, externalKms } from "../identity/external-kms.js";
import type { Mailer } from "../jobs/send-mail.js";
import { isLoopback } from "../receivers/otlp/senders.js";

/** @throws ConfigError where only a part of the settings is there. */
export function kmsElsewhere(config: Config): ExternalKms | undefined {
  const { masterKeyKmsUrl: url, masterKeyKmsKey: keyArn } = config;
  const { masterKeyKmsAccessKeyId: accessKeyId, masterKeyKmsSecretAccessKey: secretAccessKey } = config;
  const given = [url, keyArn, accessKeyId, secretAccessKey].filter((each) => each !== undefined).length;
  if (given === 0) return undefined;
  if (url === undefined || keyArn === undefined || accessKeyId === undefined || secretAccessKey === undefined)
    throw new ConfigError(
      "DOSIMETER_MASTER_KEY_KMS_URL, _KEY, _ACCESS_KEY_ID and _SECRET_ACCESS_KEY must be given together",
    );
  return externalKms({ url, keyArn, accessKeyId, secretAccessKey });
}

export function installationOf(config: Config, dataFolder: string) {
  const { masterKey, masterKeyFile, masterKeyKmsUrl } = config;
  return {
    isReachable: !isLoopback(config.host) && config.host !== "localhost",
    speaksTls: config.tlsCertificate !== undefined,
    masterKeyIsBesideData:
      masterKey === undefined &&
      masterKeyKmsUrl === undefined &&
      (masterKeyFile === undefined || !path.relative(dataFolder, masterKeyFile).startsWith("..")),
  };
}

/** @throws ConfigError for one without a key, and for files that cannot be used. */
export async function certificateOf({ tlsCertificate, tlsKey }: Config): Promise<Certificate | undefined> {
  if (tlsCertificate === undefined && tlsKey === undefined) return undefined;
  if (tlsCertificate === undefined || tlsKey === undefined)
    throw new ConfigError("DOSIMETER_TLS_CERTIFICATE and DOSIMETER_TLS_KEY must be given together");
  return openCertificate({ certificate: tlsCertificate, key: tlsKey }).catch((problem: Error) => {
    throw new ConfigError(`DOSIMETER_TLS_CERTIFICATE and DOSIMETER_TLS_KEY: ${problem.message}`);
  });
}

/** @throws ConfigError for a relay without a sender. */
export async function mailerOf({ smtpUrl: url, smtpFrom: from }: Config): Promise<Mailer | undefined> {
  if (url === undefined) return undefined;
  if (from === undefined) throw new ConfigError("DOSIMETER_SMTP_FROM must be set with DOSIMETER_SMTP_URL");
  const { createMailer } = await import("../jobs/send-mail.js");
  return createMailer({ url, from });
}

export function objectsElsewhere(endpoint: string, { s3AccessKeyId, s3SecretAccessKey }: Config) {
  if ((s3AccessKeyId === undefined) !== (s3SecretAccessKey === undefined))
    throw new ConfigError("DOSIMETER_S3_ACCESS_KEY_ID and DOSIMETER_S3_SECRET_ACCESS_KEY must be given together");
  const key =
    s3AccessKeyId !== undefined && s3SecretAccessKey !== undefined
      ? { accessKeyId: s3AccessKeyId, secretAccessKey: s3SecretAccessKey }
      : undefined;
  return { endpoint, ...(key && { key }) };
}
