/**
 * What TLS needs, in one shape for every runtime.
 *
 * @module
 */

/** A certificate and its key. */
export interface Certificate {
  /** The certificate, and those that it was signed with, as PEM text. */
  readonly cert: string;
  /** The private key, as PEM text, without a passphrase. */
  readonly key: string;
}

/** How a listener encrypts. */
export interface TlsListenOptions extends Certificate {
  /** The protocols that are spoken, best first (ALPN, RFC 7301): `["h2", "http/1.1"]`. A client that speaks none of them is refused. Default: not negotiated. */
  readonly alpn?: readonly string[] | undefined;
  /** The certificates, as PEM text, that a client's must be signed with. Default: those of the runtime. */
  readonly ca?: string | undefined;
  /** Refuses clients without a certificate that `ca` vouches for. Default `false`. */
  readonly requestCert?: boolean | undefined;
}

/** How a connection that is made is encrypted. */
export interface TlsConnectOptions {
  /** The certificates, as PEM text, that the server's must be signed with. Default: those of the runtime. */
  readonly ca?: string | undefined;
  /** The name that the server's certificate must be for, and that is sent to it (SNI). Default: the host name. */
  readonly sni?: string | undefined;
  /** The protocols that are offered, best first (ALPN, RFC 7301). Default: none. */
  readonly alpn?: readonly string[] | undefined;
  /** The own certificate as PEM text, for servers that ask for one; only together with `key`. */
  readonly cert?: string | undefined;
  /** The key of the own certificate. */
  readonly key?: string | undefined;
}

/** The certificate of a peer. */
export interface PeerCertificate {
  /** The certificate itself, in DER. */
  readonly raw: Uint8Array;
  /** SHA-256 of `raw`, as upper-case hexadecimal digits in pairs with colons between them. */
  readonly fingerprint256: string;
  /** The common name of its subject, if it has one. */
  readonly commonName: string | undefined;
}
