/**
 * Where requests go to: the start of their URLs.
 *
 * @module
 */

import type { Addr } from "../core/addr.ts";
import type { Connection } from "../core/connection.ts";
import type { Message } from "./message.ts";
import { expect, Refusal } from "./refusal.ts";
import { originOf } from "./request_target.ts";

/** How many hosts are remembered: whoever asks for made-up ones costs no memory. */
const MOST_HOSTS = 64;

/** Checks hosts, and remembers those that it has seen: most requests are for the same few. */
export class Origins {
  readonly #scheme: string | undefined;
  readonly #known = new Map<string, string>();
  #lastScheme = "";
  #lastHost = "";
  #lastOrigin = "";

  /** URLs begin with `scheme`; by default with `"https"` when TLS has agreed on a protocol, else with `"http"`. */
  constructor(scheme: "http" | "https" | undefined) {
    this.#scheme = scheme;
  }

  /** The start of the URL of a request that has come by `connection`. Throws a {@linkcode Refusal} (400) when its host is none. */
  of(message: Message, { alpn, localAddr }: Pick<Connection, "alpn" | "localAddr">): string {
    const scheme = this.#scheme ?? (alpn === undefined ? "http" : "https");
    if (scheme === this.#lastScheme && message.isFor(this.#lastHost)) return this.#lastOrigin;
    const { host, parts: { authority } } = message;
    const origin = this.#origin(scheme, host ?? authority ?? hostOf(localAddr));
    const same = authority === undefined || this.#origin(scheme, authority) === origin;
    expect(same, "the target and the Host field name different hosts");
    if (host !== undefined) {
      [this.#lastScheme, this.#lastHost, this.#lastOrigin] = [scheme, host, origin];
    }
    return origin;
  }

  #origin(scheme: string, host: string): string {
    const key = `${scheme}:${host}`;
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    const origin = originOf(scheme, host);
    if (origin === null) throw new Refusal(400, "the Host field is not a host");
    if (this.#known.size >= MOST_HOSTS) this.#known.clear();
    this.#known.set(key, origin);
    return origin;
  }
}

function hostOf(addr: Addr): string {
  if (addr.transport !== "tcp") return "localhost";
  const { hostname, port } = addr;
  // A link-local address names its network behind it, of which no URL can tell.
  const [address = ""] = hostname.split("%");
  return `${address.includes(":") ? `[${address}]` : address}:${port}`;
}
