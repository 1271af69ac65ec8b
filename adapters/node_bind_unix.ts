/**
 * Binding a server of `node:net` or `node:tls` to a path. A file of its own, loaded when it is needed:
 * what it imports takes longer to load than all the rest.
 *
 * @module
 */

import * as files from "node:fs";
import { connect, type Server } from "node:net";
import { dirname, resolve } from "node:path";
import { formatAddr } from "../core/addr.ts";
import { codeOf, NetworkError, networkError, NotSupported } from "../core/errors.ts";
import type { ResolvedUnix } from "../core/listen_options.ts";
import { bindingPath, claimPath } from "../core/stale_socket.ts";
import { bound, queue } from "./node_bind.ts";

/** Resolves when `server` is bound to a path, with what removes the file. */
export async function bindUnix(server: Server, options: ResolvedUnix): Promise<() => void> {
  const { path, mode, backlog } = options;
  const abstract = path.startsWith("\0");
  if (process.platform === "win32") {
    throw new NotSupported(
      "Cannot listen: the option path is not supported by node:net on Windows",
    );
  }
  if (abstract && process.platform !== "linux") {
    throw new NotSupported("Cannot listen: a path that begins with a NUL is for Linux only");
  }
  const name = abstract ? path : bindingPath(path);
  try {
    await bound(server, { path: name, ...queue(backlog) });
    if (abstract) return () => undefined;
    // The working directory may be another one when the file is removed.
    const probe = (): Promise<void> => answers(path);
    return await claimPath(resolve(path), resolve(name), { mode, files, probe });
  } catch (error) {
    server.close();
    if (error instanceof NetworkError) throw error;
    throw networkError(`listen on ${formatAddr({ path })}`, unixCode(path, error), error);
  }
}

/** Node says EACCES also when the folder is missing. */
function unixCode(path: string, error: unknown): string {
  const code = codeOf(error, "EINVAL");
  if (code !== "EACCES") return code;
  try {
    files.statSync(dirname(path));
    return code;
  } catch (missing) {
    return codeOf(missing, code);
  }
}

/** Resolves when somebody answers at `path`. */
function answers(path: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = connect({ path });
    socket.once("connect", () => {
      socket.destroy();
      resolve();
    });
    socket.on("error", reject);
  });
}
