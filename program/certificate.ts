/**
 * Reads a certificate and its key, and says what is wrong with them.
 *
 * @module
 */

import { createPrivateKey, type KeyObject, X509Certificate } from "node:crypto";
import { readFile } from "node:fs/promises";
import { codeOf } from "../core/errors.ts";
import { show } from "../core/show.ts";
import type { Certificate } from "../core/tls.ts";
import { lacksPermission, oneLine } from "./failures.ts";

/** Where they are. */
export interface CertificateFiles {
  readonly cert: string;
  readonly key: string;
}

/**
 * Reads both files. Rejects with one line, when there is none, when it is not what it should be, and
 * when they do not belong together: the runtimes would say so in words of their own, or not before the
 * first client comes.
 */
export async function readCertificate(files: CertificateFiles): Promise<Certificate> {
  const cert = await textOf("certificate", files.cert);
  const key = await textOf("key", files.key);
  const parsed = certificateOf(files.cert, cert);
  if (!parsed.checkPrivateKey(keyOf(files.key, key))) {
    throw unusable("key", files.key, `it is not that of the certificate ${show(files.cert)}`);
  }
  return { cert, key };
}

function certificateOf(file: string, text: string): X509Certificate {
  try {
    return new X509Certificate(text);
  } catch {
    throw unusable("certificate", file, "it is no certificate in PEM");
  }
}

function keyOf(file: string, text: string): KeyObject {
  if (/ENCRYPTED/.test(text)) {
    throw unusable("key", file, "it is encrypted; give one without a passphrase");
  }
  try {
    return createPrivateKey(text);
  } catch {
    throw unusable("key", file, "it is no private key in PEM");
  }
}

/** What the system says of a file. */
const REASONS: Readonly<Record<string, string>> = {
  ENOENT: "there is no such file",
  EACCES: "this user may not read it",
  EISDIR: "it is a folder",
};

async function textOf(what: string, file: string): Promise<string> {
  try {
    return await readFile(file, "utf8");
  } catch (error) {
    if (lacksPermission(error)) throw error;
    throw unusable(what, file, REASONS[codeOf(error, "")] ?? oneLine(error));
  }
}

function unusable(what: string, file: string, reason: string): Error {
  return new Error(`Cannot use the ${what} ${show(file)}: ${reason}`);
}
