import { passwordLengthMax, passwordPattern } from "../../identity/people/password-rules.js";
import { mfaCodePattern } from "../../identity/people/totp.js";
import { compilePolicyText } from "../../identity/policy/compile.js";
import type { PolicyKind } from "../../identity/policy/document.js";
import { Constraints } from "../constraints.js";
import { type EntityInput, type EntityKind, kinds, nameOf } from "./entities.js";
import { invalidInput, withPolicyErrors } from "./iam-errors.js";

const namePattern = /^[\w+=,.@-]+$/;
const pathPattern = /^(\/|\/[!-~]+\/)$/;
const documentLengthMax = 131_072;
const tagsMax = 50;

/** The constraints of IAM's model that several operations share. Call `check("ValidationError")` at the end. */
export class IamConstraints extends Constraints {
  entityName(kind: EntityKind, input: EntityInput): this {
    return this.entityNameText(kind, nameOf(kind, input));
  }

  entityNameText(kind: EntityKind, name: string | undefined, member: string = kinds[kind].member): this {
    this.length(member, name, { min: 1, max: kinds[kind].nameLengthMax });
    return this.pattern(member, name, namePattern);
  }

  policyName(name: string | undefined): this {
    this.length("policyName", name, { min: 1, max: 128 });
    return this.pattern("policyName", name, namePattern);
  }

  policyArn(arn: string | undefined, member = "policyArn"): this {
    return this.length(member, arn, { min: 20, max: 2048 });
  }

  path(path: string | undefined, member = "path"): this {
    this.length(member, path, { min: 1, max: 512 });
    return this.pattern(member, path, pathPattern);
  }

  /** Of a list: `PathPrefix`, `MaxItems`, `Marker`. */
  listing(input: { PathPrefix?: string; MaxItems?: number; Marker?: string }): this {
    this.length("pathPrefix", input.PathPrefix, { min: 1, max: 512 });
    this.pattern("pathPrefix", input.PathPrefix, /^\/[!-~]*$/);
    this.range("maxItems", input.MaxItems, { min: 1, max: 1000 });
    return this.length("marker", input.Marker, { min: 1 });
  }

  document(document: string | undefined, member = "policyDocument"): this {
    return this.length(member, document, { min: 1, max: documentLengthMax });
  }

  tags(tags: readonly { Key?: string | undefined; Value?: string | undefined }[] | undefined): this {
    this.length("tags", tags, { max: tagsMax });
    tags?.forEach((tag, i) => {
      this.length(`tags.${i + 1}.member.key`, tag.Key, { min: 1, max: 128 });
      this.pattern(`tags.${i + 1}.member.key`, tag.Key, tagPattern);
      this.length(`tags.${i + 1}.member.value`, tag.Value, { max: 256 });
      this.pattern(`tags.${i + 1}.member.value`, tag.Value, tagPattern);
    });
    return this;
  }

  password(member: string, password: string | undefined): this {
    return this.secret(member, password, { min: 1, max: passwordLengthMax }, passwordPattern);
  }

  serialNumber(serial: string | undefined): this {
    return this.length("serialNumber", serial, { min: 9, max: 256 }).pattern("serialNumber", serial, /^[\w+=/:,.@-]+$/);
  }

  mfaCode(member: string, code: string | undefined): this {
    return this.secret(member, code, { min: 6, max: 6 }, mfaCodePattern);
  }

  end(): void {
    this.check("ValidationError");
  }
}

const tagPattern = /^[\p{L}\p{Z}\p{N}_.:/=+\-@]*$/u;

/** @throws ServiceError InvalidInput if two keys differ at most in case, or one is AWS's own. */
export function checkTagKeys(keys: readonly string[]): void {
  const lower = keys.map((key) => key.toLowerCase());
  if (new Set(lower).size < lower.length)
    throw invalidInput("Duplicate tag keys found. Please note that Tag keys are case insensitive.");
  if (lower.some((key) => key.startsWith("aws:")))
    throw invalidInput("Tag keys that begin with aws: are reserved for AWS.");
}

/** IAM counts a policy's characters without white space. */
export function policySize(document: string): number {
  return document.replace(/\s/g, "").length;
}

/** @throws ServiceError MalformedPolicyDocument */
export function checkPolicyDocument(document: string, kind: PolicyKind): void {
  withPolicyErrors(() => compilePolicyText(document, kind));
}

/** Policy documents come back percent-encoded (RFC 3986), as IAM gives them. */
export function encodeDocument(document: string): string {
  return encodeURIComponent(document).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}
