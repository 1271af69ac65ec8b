/**
 * The cases that need sockets, files or certificates of the system: for the adapters of this library.
 */

import { connectingCases } from "./connecting.ts";
import type { SocketSubject } from "./socket_subject.ts";
import type { Case } from "../subject.ts";
import { tlsCases } from "./tls.ts";
import { handshakeCases } from "./tls_handshakes.ts";
import { unixCases } from "./unix.ts";

/** The cases for this subject. */
export function socketCases({ kind }: SocketSubject): readonly Case<SocketSubject>[] {
  return [
    ...connectingCases,
    ...(kind === "unix" ? unixCases : []),
    ...(kind === "tls" ? [...tlsCases, ...handshakeCases] : []),
  ];
}
