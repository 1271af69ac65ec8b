// What npm gets of the library's code: its modules in a few files. To find and load a file takes as
// long as many lines do, and a process starts with all that it imports. Names and lines stay readable,
// for whoever follows a stack trace.

import { build } from "esbuild";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, relative, resolve, sep } from "node:path";
import { root } from "./runtimes.mjs";

/** Modules that others of the library load by their address. */
const WORKERS = ["adapters/threads_worker.ts", "parallel/worker.ts", "program/worker.ts"];
const ADAPTERS = ["adapters/node.ts", "adapters/deno.ts", "adapters/bun.ts"];

const { exports, bin } = JSON.parse(readFileSync(`${root}package.json`, "utf8"));
/** What can be asked for from outside: the entries of package.json, the program and the workers. */
const entryPoints = [
  ...Object.values(exports).flatMap((entry) => entry.default ?? []),
  ...Object.values(bin),
].map((file) => file.replace("./dist/", "").replace(/\.js$/, ".ts")).concat(WORKERS);

/** Writes the bundles into the folder `out`. */
export async function bundle(out) {
  const options = {
    absWorkingDir: root,
    entryPoints,
    outdir: out,
    outbase: ".",
    chunkNames: "chunks/[name]-[hash]",
    bundle: true,
    splitting: true,
    format: "esm",
    platform: "neutral",
    target: "es2023",
    external: ["node:*"],
    // What is made of them at import can be left out by whoever bundles a part of the library.
    pure: ["Promise.resolve", "Uint8Array.of"],
    // Says to Bun that there is nothing to translate, and it does not try: that takes as long as to load them.
    banner: { js: "// @bun" },
    metafile: true,
    write: false,
    logLevel: "error",
  };
  const { metafile: { inputs } } = await build(options);
  const { outputFiles, metafile } = await build({ ...options, plugins: [together(inputs)] });
  for (const [name, { inputs }] of Object.entries(metafile.outputs)) {
    const { path, text } = outputFiles.find(({ path }) => nameOf(root, path) === name);
    mkdirSync(dirname(path), { recursive: true });
    const place = nameOf(out, path);
    writeFileSync(path, withAddresses(withClassNames(text), place, Object.keys(inputs)));
  }
}

/** What a file is called in `folder`, here and in what the bundler says of it. */
function nameOf(folder, path) {
  return relative(folder, path).replaceAll(sep, "/");
}

/**
 * A bundler puts into one file what the same entries reach, and so shatters what many of them share.
 * With this, an entry that reaches one module of a group reaches all of it.
 */
function together(inputs) {
  const importsOf = (name, kind) =>
    inputs[name].imports.filter((found) => found.kind === kind && !found.external);
  const reachedBy = (...names) => {
    const reached = new Set(names);
    for (const name of reached) {
      for (const { path } of importsOf(name, "import-statement")) reached.add(path);
    }
    return [...reached];
  };
  const starts = [
    ...entryPoints,
    ...Object.keys(inputs).flatMap((name) => importsOf(name, "dynamic-import")).map(({ path }) =>
      path
    ),
  ];
  const core = reachedBy(...ADAPTERS).filter((name) => name.startsWith("core/"));
  const reaches = new Map(starts.map((name) => [name, new Set(reachedBy(name))]));
  const shared = (name) => [...reaches.values()].filter((reached) => reached.has(name)).length > 1;
  const groups = [
    // What each listener needs, what else of the core is needed in several places, and HTTP.
    core,
    Object.keys(inputs).filter((name) =>
      name.startsWith("core/") && !core.includes(name) && shared(name)
    ),
    Object.keys(inputs).filter((name) => name.startsWith("http/") && shared(name)),
    ...ADAPTERS.map((adapter) => reachedBy(adapter).filter((name) => !name.startsWith("core/"))),
  ];
  return {
    name: "together",
    setup({ onLoad, onResolve }) {
      // What is imported for that alone has to stay.
      onResolve({ filter: /\.ts$/ }, ({ path, resolveDir }) => ({
        path: resolve(resolveDir, path),
        sideEffects: true,
      }));
      onLoad({ filter: /\.ts$/ }, ({ path }) => {
        const reached = reaches.get(nameOf(root, path));
        if (reached === undefined) return undefined;
        const lines = groups.filter((group) => group.some((name) => reached.has(name))).flat()
          .map((name) => `import ${JSON.stringify(`${root}${name}`)};`);
        return { contents: [readFileSync(path, "utf8"), ...lines].join("\n"), loader: "ts" };
      });
    },
  };
}

/** The bundler renames classes that name themselves within, and a Connection would be printed as _Connection. */
function withClassNames(code) {
  const renamed = [...code.matchAll(/^var (\w+) = class _\1 /gm)].map(([, name]) => name);
  return renamed.reduce(
    (text, name) => text.replaceAll(new RegExp(`\\b_${name}\\b`, "g"), name),
    code,
  );
}

/** A module that asks where it is gets the address of its own file, also when it has moved into another. */
function withAddresses(code, place, modules) {
  const [asking, ...others] = modules.filter((name) =>
    readFileSync(`${root}${name}`, "utf8").includes("import.meta")
  );
  if (asking === undefined) return code;
  const own = asking.replace(/\.ts$/, ".js");
  if (others.some((other) => dirname(other) !== dirname(asking))) {
    throw new Error(
      `Cannot bundle: ${asking} and ${others.join(", ")} ask where they are in one file`,
    );
  }
  if (dirname(own) === dirname(place)) return code;
  // What is to know that it is the program has to be the program's own file.
  if (/import\.meta\b(?!\.url)/.test(code)) {
    throw new Error(
      `Cannot bundle: ${asking} asks more than where it is, and has moved to ${place}`,
    );
  }
  const path = JSON.stringify(nameOf(dirname(place), own));
  return code.replaceAll("import.meta.url", `new URL(${path}, import.meta.url).href`);
}
