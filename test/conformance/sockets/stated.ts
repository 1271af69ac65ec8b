/**
 * What each adapter of this library cannot do. The cases assert it, and the table in README.md is made
 * of it.
 */

import type { Differences } from "../differences.ts";
import type { Kind } from "./socket_subject.ts";

/** What is stated of an adapter. */
export interface Stated {
  /** Of all of it. */
  readonly all: Partial<Differences>;
  /** Of one kind of its connections. */
  readonly kinds: Readonly<Partial<Record<Kind, Partial<Differences>>>>;
  /** An option that is not refused when the runtime is started with this flag. */
  readonly withFlag?: { readonly option: "reusePort"; readonly flag: string };
}

/** A unix socket has no reset, on any runtime. */
const UNIX: Partial<Differences> = { hasResets: false };

/** The adapter of each runtime. */
export const NATIVE: Readonly<Record<"node" | "deno" | "bun", Stated>> = {
  node: { all: {}, kinds: { unix: UNIX } },
  deno: {
    all: { abortResets: false, acceptsUnasked: false, refusedOptions: ["ipv6Only", "reusePort"] },
    // A client gets its handshake although nobody asks for connections yet.
    kinds: { unix: UNIX, tls: { acceptsUnasked: true } },
    withFlag: { option: "reusePort", flag: "--unstable-net" },
  },
  bun: { all: { refusedOptions: ["backlog"] }, kinds: { unix: UNIX } },
};

/** The adapter of Node, where it runs elsewhere. */
export const NODE_ELSEWHERE: Readonly<Record<"deno" | "bun", Stated>> = {
  deno: { all: { notLocalCode: "EINVAL", refusedOptions: ["tls"] }, kinds: { unix: UNIX } },
  bun: { all: { unknownHostCode: "EINVAL", refusedOptions: ["tls"] }, kinds: { unix: UNIX } },
};
