/**
 * The table of the differences between runtimes, made of what is stated of their adapters: nothing
 * stands in it that no case asserts.
 */

import { type Differences, differencesOf } from "../differences.ts";
import type { Kind } from "./socket_subject.ts";
import { NATIVE, NODE_ELSEWHERE, type Stated } from "./stated.ts";

/** What a row says of a runtime. */
type Cell = (differences: Differences, stated: Stated) => string;

function option(name: Differences["refusedOptions"][number]): Cell {
  return ({ refusedOptions }, { withFlag }) => {
    if (!refusedOptions.includes(name)) return "Yes.";
    return withFlag?.option === name ? `With \`${withFlag.flag}\`; otherwise refused.` : "Refused.";
  };
}

function tlsOption(name: Differences["refusedTls"][number]): Cell {
  return ({ refusedTls }) => refusedTls.includes(name) ? "Refused." : "Yes.";
}

/** The same for one kind of connections. */
function of(kind: Kind, cell: Cell): Cell {
  return (_, stated) => cell(differencesOf({ ...stated.all, ...stated.kinds[kind] }), stated);
}

const aborting: Cell = ({ abortResets }) =>
  abortResets ? "The peer sees a reset." : "The peer sees an end of file.";

const waiting: Cell = ({ acceptsUnasked }) =>
  acceptsUnasked
    ? "Are accepted and held, paused, up to `maxPending`; more are reset."
    : "Stay in the system's queue.";

const overflowing: Cell = ({ acceptsUnasked }) =>
  acceptsUnasked ? "Are reset." : "Stay in the system's queue.";

/** What is told, and for one kind of connections what is told of the others. */
const ROWS: readonly (readonly [name: string, cell: Cell, plain?: Cell])[] = [
  ["`abort()` of a connection", aborting],
  ["`abort()` with TLS", of("tls", aborting), aborting],
  ["`abort()` over a unix socket", of("unix", aborting), aborting],
  ["Connections that nobody has asked for", waiting],
  ["Those with TLS that nobody has asked for", of("tls", waiting), waiting],
  ["Connections above `maxConnections`", overflowing],
  ["Those with TLS above `maxConnections`", of("tls", overflowing), overflowing],
  ["`backlog`", option("backlog")],
  ["`ipv6Only`", option("ipv6Only")],
  ["`reusePort`", option("reusePort")],
  ["`path`", option("path")],
  ["`tls`", option("tls")],
  ["`tls.requestCert`", tlsOption("requestCert")],
  ["`setCertificate()`", tlsOption("setCertificate")],
  [
    "`peerCertificate`",
    ({ tellsCertificates }) => tellsCertificates ? "Yes." : "Always `undefined`.",
  ],
  ["Listening on an address of another machine", ({ notLocalCode }) => `\`${notLocalCode}\``],
  ["Listening on an unknown host name", ({ unknownHostCode }) => `\`${unknownHostCode}\``],
  ["Connecting to an unknown host", (differences) => `\`${differences.connectUnknownHostCode}\``],
];

/** The table of the native adapters. */
export function differencesTable(): string {
  return table({ Node: NATIVE.node, Deno: NATIVE.deno, Bun: NATIVE.bun });
}

/** The table of `node:net` on the three runtimes. */
export function nodeNetTable(): string {
  const { deno, bun } = NODE_ELSEWHERE;
  return table({ "On Node": NATIVE.node, "On Deno": deno, "On Bun": bun });
}

/** Only what some of them cannot do, or do with one kind of connections in another way. */
function table(columns: Readonly<Record<string, Stated>>): string {
  const ideal: Stated = { all: {}, kinds: {} };
  const cellsOf = (cell: Cell, of: readonly Stated[]): string[] =>
    of.map((stated) => cell(differencesOf(stated.all), stated));
  const stated = Object.values(columns);
  const rows = ROWS.flatMap(([name, cell, plain]) => {
    const cells = cellsOf(cell, stated);
    const expected = cellsOf(plain ?? cell, plain ? stated : stated.map(() => ideal));
    return cells.join("|") === expected.join("|") ? [] : [[name, ...cells]];
  });
  return aligned([["", ...Object.keys(columns)], ...rows]);
}

/** Markdown, as the formatter leaves it. */
function aligned(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, at) =>
    Math.max(3, ...rows.map((row) => row[at]?.length ?? 0))
  );
  const line = (cells: readonly string[]) => `| ${cells.join(" | ")} |\n`;
  const [head = "", ...rest] = rows.map((row) =>
    line(row.map((cell, at) => cell.padEnd(widths[at] ?? 0)))
  );
  return head + line(widths.map((width) => "-".repeat(width))) + rest.join("");
}
