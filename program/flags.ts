/**
 * The flags of the server program, and the help that is made of them.
 *
 * @module
 */

/** The formats of the access log. */
export const FORMATS = ["common", "json", "none"] as const;

/** What the arguments say; what is not said is not there. */
export interface Arguments {
  readonly root?: string;
  readonly port?: number;
  readonly hostname?: string;
  readonly unix?: string;
  /** The bits. */
  readonly mode?: number;
  readonly cert?: string;
  readonly key?: string;
  readonly workers?: number;
  readonly limit?: number;
  readonly cors?: true;
  readonly spa?: true;
  readonly listing?: true;
  readonly log?: (typeof FORMATS)[number];
  readonly metrics?: string;
  readonly quiet?: true;
  /** In seconds. */
  readonly notice?: number;
  readonly help?: true;
  readonly version?: true;
}

/** What a flag takes, and what `--help` says of it. */
export interface Flag {
  /** What its value is called in the help; `undefined` for one that takes none. */
  readonly value?: string;
  /** Its line of the help. */
  readonly help: string;
}

/** The flags, in the order of the help. */
// deno-fmt-ignore
export const FLAGS: Readonly<Record<string, Flag>> = {
  root: { value: "FOLDER", help: "what is served; without it, the program's own demo" },
  port: { value: "NUMBER", help: "0 to 65535; 0 takes a free one (default 7878)" },
  hostname: { value: "NAME", help: "the address (default 127.0.0.1: this machine only)" },
  unix: { value: "PATH", help: "a unix socket to listen on, instead of a port" },
  mode: { value: "OCTAL", help: "its permissions, 000 to 777 (default 660)" },
  cert: { value: "FILE", help: "speaks TLS with this certificate; SIGHUP reads it anew" },
  key: { value: "FILE", help: "its private key; both are PEM" },
  workers: { value: "COUNT", help: "how many event loops serve, 1 to 1024 (default 1)" },
  limit: { value: "NUMBER", help: "connections at once, 1 to 1000000 (default 10000)" },
  cors: { help: "lets the pages of other sites read the answers" },
  spa: { help: "answers a path that is not there with index.html" },
  listing: { help: "shows what is in a folder that has no index.html" },
  log: { value: "FORMAT", help: "common, json or none (default: common on a terminal)" },
  metrics: { value: "PATH", help: "where figures for Prometheus are, as /metrics" },
  quiet: { help: "prints errors only" },
  notice: { value: "SECONDS", help: "serves on so long after the signal (default 0)" },
  help: { help: "shows this" },
  version: { help: "shows the version" },
};

const WIDTH = Math.max(
  ...Object.entries(FLAGS).map(([name, { value }]) => formOf(name, value).length),
);

/** What `--help` shows: it fits a terminal of 24 lines of 80 columns. */
export const HELP: string = [
  "The web server of @incoming/net: files of a folder, or a demo.",
  "",
  ...Object.entries(FLAGS).map(([name, { value, help }]) =>
    `  ${formOf(name, value).padEnd(WIDTH)}  ${help}`
  ),
  "",
  "/healthz says ok, and 503 after SIGTERM or SIGINT: requests have 10 s then, and",
  "a second signal ends it. Exit code: 0 stopped, 1 cannot serve, 2 wrong options.",
].join("\n");

function formOf(name: string, value: string | undefined): string {
  return value === undefined ? `--${name}` : `--${name} ${value}`;
}
