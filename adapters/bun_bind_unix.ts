/**
 * Binding a listener of Bun to a path. A file of its own, loaded when it is needed: what it imports
 * takes longer to load than all the rest.
 *
 * @module
 */

import * as files from "node:fs";
import { resolve } from "node:path";
import process from "node:process";
import { formatAddr, type UnixAddr } from "../core/addr.ts";
import { codeOf, NetworkError, networkError, NotSupported } from "../core/errors.ts";
import type { ResolvedUnix } from "../core/listen_options.ts";
import { bindingPath, claimPath } from "../core/stale_socket.ts";
import { type Bound, refuseBacklog } from "./bun_bind.ts";
import { type SocketOwner, TELL_OWNER } from "./bun_transport.ts";
import { bun, type BunSocketHandler } from "./bun_types.ts";

/** Binds a path. */
export async function bindUnix(
  options: ResolvedUnix,
  socket: BunSocketHandler<SocketOwner>,
): Promise<Bound<UnixAddr>> {
  const { path, mode } = options;
  refuseBacklog(options);
  const abstract = path.startsWith("\0");
  if (abstract && process.platform !== "linux") {
    throw new NotSupported("Cannot listen: a path that begins with a NUL is for Linux only");
  }
  const unix = abstract ? path : bindingPath(path);
  const addr: UnixAddr = { transport: "unix", path };
  let listener: { stop(): void } | undefined;
  try {
    listener = bun().listen({ unix, allowHalfOpen: true, socket });
    // Bun, too, removes the name that it has bound: a free one, that nobody else would have taken.
    const stop = (): void => listener?.stop();
    if (abstract) return { addr, stop };
    // The working directory may be another one when the file is removed.
    const release = await claimPath(resolve(path), resolve(unix), { mode, files, probe });
    return {
      addr,
      stop: () => {
        try {
          release();
        } catch {
          // A file that may not be removed is left; to listen ends all the same.
        }
        stop();
      },
    };
  } catch (error) {
    listener?.stop();
    if (error instanceof NetworkError) throw error;
    throw networkError(`listen on ${formatAddr({ path })}`, codeOf(error, "EINVAL"), error);
  }
}

/** Resolves when somebody answers at `unix`. */
async function probe(unix: string): Promise<void> {
  const owner: SocketOwner = { failed: () => undefined, closed: () => undefined };
  const socket = await bun().connect({
    unix,
    allowHalfOpen: true,
    data: owner,
    socket: TELL_OWNER,
  });
  socket.end();
}
