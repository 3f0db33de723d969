import type * as Protocol from "./types.js";
export type * from "./types.js";

/** The types of documents, by name. */
export type Documents = {
  TYPES
};
/** The name of a type. */
export type TypeName = keyof Documents;

export interface Span {
  /** The offset of the first byte in the UTF-8 text. */
  offset: number;
  /** The length in bytes. */
  length: number;
  /** The line, starting at 1. */
  line: number;
  /** The column, starting at 1, in characters. */
  column: number;
}

export interface Violation {
  /** A JSON Pointer to the value; empty for the document. */
  path: string;
  /** A stable code, such as `required`. `syntax` is the code of malformed JSON. */
  code: string;
  /** The message, which contains no value of the document. */
  message: string;
  /** The limits and lengths that explain the violation. */
  params: Record<string, unknown>;
  /** The location in the text. Absent if the document was a value instead of text. */
  span?: Span;
}

export interface Report {
  valid: boolean;
  violations: Violation[];
  /** The deviations that the policy allows. */
  tolerated: Violation[];
}

/** The edition of the specification, such as `v1`; the default is that of the policy, or `v2`. */
export type Edition = "v1" | "v2" | (string & Record<never, never>);

/** The keys of a policy file. */
export interface PolicyOptions {
  base?: "strict" | "lenient";
  edition?: Edition;
  allow?: string[];
  deny?: string[];
  unknownFields?: "keep" | "ignore" | "reject";
  forbiddenCharacters?: string | { base?: string; characters: string };
  maxViolations?: number;
  maxBytes?: number;
  maxDepth?: number;
  maxItems?: number;
  maxUnknownFields?: number;
  fields?: Record<string, Record<string, FieldLimits>>;
}

export interface FieldLimits {
  minLength?: number;
  maxLength?: number;
  minimum?: number;
  maximum?: number;
  maxItems?: number;
  pattern?: string;
  enum?: string[];
  forbiddenCharacters?: string | { base?: string; characters: string };
  unconstrained?: boolean;
}

export interface CheckOptions {
  /** `strict` (the default), `lenient`, the keys of a policy file, or their JSON. */
  policy?: "strict" | "lenient" | Policy | PolicyOptions | (string & Record<never, never>);
  edition?: Edition;
}

/** A policy that has been checked. */
export class Policy {
  /** Throws a `PolicyError` if the policy is not valid. */
  constructor(policy?: PolicyOptions | string);
  readonly source: string;
}

export class PolicyError extends Error {
  readonly line: number;
  readonly column: number;
}

/** The error that `assert` and `parse` throw. Its message contains no value of the document. */
export class ValidationError extends Error {
  readonly type: TypeName;
  readonly violations: Violation[];
  readonly tolerated: Violation[];
}

/**
 * Validates a document: JSON as a string or bytes, or a value, which is written as JSON first.
 * Pass the text where you have it, because parsing loses duplicate fields and digits of large numbers.
 * Throws a `TypeError` for an unknown type and a `PolicyError` for an invalid policy.
 */
export function check(type: TypeName, data: unknown, options?: CheckOptions): Report;

/** Throws a `ValidationError` unless the document is valid. */
export function assert<T extends TypeName>(type: T, data: string | Uint8Array, options?: CheckOptions): void;
export function assert<T extends TypeName>(
  type: T,
  data: unknown,
  options?: CheckOptions,
): asserts data is Documents[T];

/** Parses JSON, and throws a `ValidationError` unless the document is valid. */
export function parse<T extends TypeName>(type: T, json: string | Uint8Array, options?: CheckOptions): Documents[T];

/** Returns whether a value, and not its JSON text, is a valid document. */
export function is<T extends TypeName>(type: T, value: unknown, options?: CheckOptions): value is Documents[T];

/** Returns the names of the types, in the order of the specification. */
export function types(): TypeName[];

/** Returns the version of the validator. */
export function version(): string;

/** A key of WebCrypto. */
export interface WebCryptoKey {
  readonly type: string;
  readonly extractable: boolean;
  readonly algorithm: object;
  readonly usages: string[];
}

export interface SignOptions {
  /** The private key, in PEM or Base64, or imported with `importPrivateKey`. */
  key: string | WebCryptoKey;
  clientId: string;
  /** The path and query of the request, also when a response is signed. */
  path: string;
  /** The body, exactly as it is sent. */
  body: string | Uint8Array;
  kind?: "request" | "response";
  time?: Date | string;
  keyVersion?: number;
  /** A tenant's prefix, which precedes the path in the signed text. */
  pathPrefix?: string;
}

export interface VerifyOptions {
  /** The public keys by client ID and version, in PEM or Base64, or imported with `importPublicKey`. */
  keys: Record<string, Record<number, string | WebCryptoKey>>;
  headers: Record<string, string | string[] | undefined> | { entries(): Iterable<[string, string]> };
  path: string;
  /** The body, exactly as it was received. */
  body: string | Uint8Array;
  kind?: "request" | "response";
  now?: Date | number;
  /** The maximum difference between the time of the message and `now`, in milliseconds. Default: 5 minutes. */
  maxClockSkew?: number;
  pathPrefix?: string;
}

export class SignatureError extends Error {
  readonly code:
    | "header"
    | "unknownClient"
    | "unknownKey"
    | "mismatch"
    | "clockSkew"
    | "malformedKey"
    | "unsupportedKey"
    | "malformedPath";
}

/** Signs a message, and returns the headers to send. Throws a `SignatureError`. */
export function sign(options: SignOptions): Promise<Record<string, string>>;

/** Verifies a message, and returns its sender. Throws a `SignatureError`. */
export function verify(options: VerifyOptions): Promise<{ clientId: string; keyVersion: number; time: Date }>;

export function importPrivateKey(encoded: string): Promise<WebCryptoKey>;
export function importPublicKey(encoded: string): Promise<WebCryptoKey>;
export function signingInput(path: string, clientId: string, time: string, body: string | Uint8Array): Uint8Array;

GUARDS
