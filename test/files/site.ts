/** Folders with files in them, and what is answered for them. */

import { mkdirSync, mkdtempSync, realpathSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { FileReply } from "../../files/file_reply.ts";
import { fileReplies, type ServeFilesOptions } from "../../files/serve_files.ts";
import type { TestContext } from "../support/harness.ts";

/** The content of files by their path in the folder. */
export type Tree = Readonly<Record<string, string | Uint8Array>>;

/** Files of tests have been at rest since then, in seconds. */
export const LONG_AGO: number = 1_700_000_000;

/** A folder with these files, all written long ago, which is gone when the test ends. */
export function folder(t: TestContext, tree: Tree = {}): string {
  const root = realpathSync(mkdtempSync(join(tmpdir(), "incoming-files-")));
  t.defer(() => rmSync(root, { recursive: true, force: true }));
  for (const [path, content] of Object.entries(tree)) put(root, path, content);
  return root;
}

/** Writes a file; `at` is the time that it is said to be of, in seconds. */
export function put(
  root: string,
  path: string,
  content: string | Uint8Array,
  at: number = LONG_AGO,
): void {
  const file = join(root, path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, content);
  utimesSync(file, at, at);
}

/** Bytes that tell where they stand. */
export function pattern(size: number, seed = 0): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(size);
  for (let i = 0; i < size; i++) bytes[i] = byteAt(i, seed);
  return bytes;
}

/** The byte of the pattern at a place. */
export function byteAt(i: number, seed = 0): number {
  return (i * 31 + (i >> 8) + seed) % 251;
}

/** An answer, read to its end. */
export interface Got {
  readonly status: number;
  readonly fields: Readonly<Record<string, string>>;
  /** The body as Latin-1. */
  readonly text: string;
  readonly bytes: Uint8Array;
}

/** What was answered, with the names of fields in lower case. */
export async function gotOf({ status, headers, body }: FileReply): Promise<Got> {
  const fields: Record<string, string> = {};
  for (const [name, value] of headers) {
    const lower = name.toLowerCase();
    if (lower in fields) throw new Error(`${name} is there twice`);
    fields[lower] = value;
  }
  const parts: Uint8Array[] = [];
  if (body instanceof Uint8Array) parts.push(body);
  else if (body !== null) { for await (const part of body) parts.push(part); }
  const bytes = new Uint8Array(await new Blob(parts.map((part) => part.slice())).arrayBuffer());
  const length = fields["content-length"];
  if (body !== null && length !== String(bytes.length)) {
    throw new Error(`the length is said to be ${length}, and is ${bytes.length}`);
  }
  return { status, fields, text: new TextDecoder("latin1").decode(bytes), bytes };
}

/** A folder that is served. */
export interface Site {
  readonly root: string;
  /** What was reported. */
  readonly errors: unknown[];
  /** The answer as it is given, for GET unless `method` is told. */
  reply(
    path: string,
    fields?: Readonly<Record<string, string>>,
    method?: string,
  ): Promise<FileReply>;
  /** The same, read. */
  get(path: string, fields?: Readonly<Record<string, string>>, method?: string): Promise<Got>;
}

/** Serves a folder with these files. Nothing may have been reported that the test has not taken out. */
export async function site(
  t: TestContext,
  tree: Tree = {},
  options: ServeFilesOptions = {},
): Promise<Site> {
  const root = folder(t, tree);
  const errors: unknown[] = [];
  t.defer(() => {
    if (errors.length > 0) throw new AggregateError(errors, `reported: ${errors.join("; ")}`);
  });
  const handler = await fileReplies(root, { onError: (error) => errors.push(error), ...options });
  const reply: Site["reply"] = async (path, headers = {}, method = "GET") =>
    await handler(new Request(`http://localhost${path}`, { method, headers }));
  return {
    root,
    errors,
    reply,
    get: async (...asked) => await gotOf(await reply(...asked)),
  };
}
