/**
 * Who may say on whose behalf it connects: the options of the PROXY protocol.
 *
 * @module
 */

import type { Addr } from "./addr.ts";
import { contains, type IpNetwork, parseIp, parseNetwork } from "./ip_network.ts";
import { requireTime } from "./limits.ts";
import { integerOf } from "./option_checks.ts";
import { show } from "./show.ts";

/**
 * How a listener behind a proxy learns who its clients are: by the header of the PROXY protocol,
 * version 1 or 2, with which HAProxy, nginx and the load balancers of clouds begin a connection.
 *
 * A peer that is trusted has to begin with a header. `remoteAddr` and `localAddr` of the connection
 * are then those that it names; they are those of the socket when it names none (`LOCAL`, as of a
 * health check, and `UNKNOWN`). A header that is malformed, too long or late ends in a reset, and in
 * `failedAccepts`: with `EBADMSG`, `EMSGSIZE` or `ETIMEDOUT`. Nobody waits for it meanwhile. What follows
 * it goes to the handler; with `tls` that is the handshake, as the header comes before it.
 *
 * A peer that is not trusted is served as without this option: what it sends is never taken for a
 * header, and its address is that of its socket. So nobody can pass for somebody else, and whoever
 * may reach the port directly (a probe of the own machine) still can.
 */
export interface ProxyProtocolOptions {
  /**
   * The peers that are believed: addresses and networks (`"127.0.0.1"`, `"10.0.0.0/8"`, `"::1"`,
   * `"fd00::/8"`), and `"unix"` for everybody who connects to a unix socket. At least one.
   */
  readonly trust: readonly string[];
  /** How long the header may take, in milliseconds; `Infinity` for no limit. Default 5,000: a lost packet is sent anew within 3 s. */
  readonly timeout?: number | undefined;
  /** How many bytes a header of version 2 may have, extensions included: 232 to 65551. Default 4096. One of version 1 has 107 at most. */
  readonly maxHeaderSize?: number | undefined;
}

/** The options, checked. */
export interface ResolvedProxyProtocol {
  /** Whether a peer is to begin with a header. */
  readonly trusts: (peer: Addr) => boolean;
  /** In milliseconds; may be Infinity. */
  readonly timeout: number;
  /** In bytes. */
  readonly maxHeaderSize: number;
}

const TIMEOUT_MS = 5_000;
const MAX_HEADER_BYTES = 4096;

/**
 * Checks the options; `undefined` stays so. Throws a TypeError for what is no list of addresses and
 * networks, a RangeError for a number out of range.
 */
export function resolveProxyProtocol(
  verb: string,
  options: ProxyProtocolOptions | undefined,
): ResolvedProxyProtocol | undefined {
  if (options === undefined) return undefined;
  if (typeof options !== "object" || options === null) {
    throw new TypeError(`Cannot ${verb}: proxyProtocol must be an object, got ${show(options)}`);
  }
  const { timeout = TIMEOUT_MS, maxHeaderSize = MAX_HEADER_BYTES } = options;
  requireTime(verb, "proxyProtocol.timeout", timeout);
  return {
    trusts: trustOf(verb, options.trust),
    timeout,
    maxHeaderSize: integerOf(verb, "proxyProtocol.maxHeaderSize", maxHeaderSize, 232, 65551),
  };
}

function trustOf(verb: string, trust: unknown): (peer: Addr) => boolean {
  if (!Array.isArray(trust) || trust.length === 0) {
    throw new TypeError(
      `Cannot ${verb}: proxyProtocol.trust must be a list of addresses, got ${show(trust)}`,
    );
  }
  const networks = trust.filter((entry: unknown) => entry !== "unix").map((entry) =>
    networkOf(verb, entry)
  );
  const unix = trust.includes("unix");
  return (peer) => {
    if (peer.transport === "unix") return unix;
    // A link-local address may carry its zone.
    const bytes = peer.transport === "tcp" ? parseIp(peer.hostname.replace(/%.*$/, "")) : undefined;
    return bytes !== undefined && networks.some((network) => contains(network, bytes));
  };
}

function networkOf(verb: string, entry: unknown): IpNetwork {
  const network = typeof entry === "string" ? parseNetwork(entry) : undefined;
  if (network !== undefined) return network;
  throw new TypeError(
    `Cannot ${verb}: proxyProtocol.trust must hold addresses, networks and "unix", got ${
      show(entry)
    }`,
  );
}
