/**
 * What adapters may lack: each lack is stated, and what is stated is asserted, not skipped.
 */

/** The options that not every adapter has. */
export type OptionalOption = "backlog" | "ipv6Only" | "reusePort" | "path" | "tls";

/** What an adapter cannot do, and says so. */
export interface Differences {
  /** A peer can reset a connection; otherwise one that gives up looks like one that has finished, as on unix sockets. Default `true`. */
  readonly hasResets: boolean;
  /** `abort()` sends a reset; otherwise the peer sees an end of file. Default: as `hasResets`. */
  readonly abortResets: boolean;
  /** Connections that nobody asks for are accepted and wait in the listener, not in the system. Default `true`. */
  readonly acceptsUnasked: boolean;
  /** The options that are refused with NotSupported. Default: none. */
  readonly refusedOptions: readonly OptionalOption[];
  /** It listens on TCP ports: addresses can be taken, unknown, not local. Default `false`. */
  readonly hasNetwork: boolean;
  /** The code for an address that is not of this machine. Default `EADDRNOTAVAIL`. */
  readonly notLocalCode: string;
  /** The code for a host name that nobody knows. Default `ENOTFOUND`. */
  readonly unknownHostCode: string;
  /** The same when connecting. Default `ENOTFOUND`. */
  readonly connectUnknownHostCode: string;
  /** What TLS lacks here, and refuses with NotSupported. Default: nothing. */
  readonly refusedTls: readonly ("requestCert" | "setCertificate")[];
  /** A connection tells of its peer's certificate. Default `true`. */
  readonly tellsCertificates: boolean;
}

/** The differences, with the defaults filled in. */
export function differencesOf(stated: Partial<Differences> = {}): Differences {
  const { hasResets = true } = stated;
  return {
    hasResets,
    abortResets: hasResets,
    acceptsUnasked: true,
    refusedOptions: [],
    hasNetwork: false,
    notLocalCode: "EADDRNOTAVAIL",
    unknownHostCode: "ENOTFOUND",
    connectUnknownHostCode: "ENOTFOUND",
    refusedTls: [],
    tellsCertificates: true,
    ...stated,
  };
}
