/**
 * The certificates of the tests: `server` and `renewed` are for localhost and 127.0.0.1, and like
 * `client` signed by `ca`; `stranger` is signed by somebody else.
 */

import { readFileSync } from "node:fs";
import type { Certificate } from "../../../core/tls.ts";

type Owner = "server" | "renewed" | "client" | "stranger";

function textOf(name: string): string {
  return readFileSync(new URL(`../../fixtures/tls/${name}`, import.meta.url), "utf8");
}

/** Who vouches for everybody but the stranger. */
export const CA: string = textOf("ca.crt");
/** Who vouches for the stranger alone. */
export const OTHER_CA: string = textOf("other_ca.crt");

/** The certificate and the key of somebody. */
export function certificateOf(owner: Owner): Certificate {
  return { cert: textOf(`${owner}.crt`), key: textOf(`${owner}.key`) };
}
