/**
 * Binding a path with `Deno.listen`. A file of its own, loaded when it is needed: what it imports takes
 * longer to load than all the rest.
 *
 * @module
 */

import * as files from "node:fs";
import { resolve } from "node:path";
import type { Addr } from "../core/addr.ts";
import { NotSupported } from "../core/errors.ts";
import type { ResolvedUnix } from "../core/listen_options.ts";
import { bindingPath, claimPath } from "../core/stale_socket.ts";
import { type Bound, deno } from "./deno_types.ts";

/** Resolves when a listener is bound. */
export async function bindUnix({ path, mode, backlog }: ResolvedUnix): Promise<Bound> {
  if (backlog !== undefined) {
    throw new NotSupported(`Cannot listen: Deno has no option backlog for a path, got ${backlog}`);
  }
  const addr: Addr = { transport: "unix", path };
  const listen = (name: string) => deno().listen({ transport: "unix", path: name });
  if (path.startsWith("\0")) return { listener: listen(path), addr, release: () => undefined };
  const name = bindingPath(path);
  const listener = listen(name);
  try {
    // The working directory may be another one when the file is removed.
    const release = await claimPath(resolve(path), resolve(name), {
      mode,
      files,
      probe: async (there) => (await deno().connect({ transport: "unix", path: there })).close(),
    });
    return { listener, addr, release: () => quietly(release) };
  } catch (error) {
    listener.close();
    throw error;
  }
}

/** A file that cannot be removed any more is a stale one to the next listener. */
function quietly(release: () => void): void {
  try {
    release();
  } catch {
    // Closing never fails.
  }
}
