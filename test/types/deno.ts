/** Holds what the adapter says of Deno to Deno's own types; `deno check` fails when they differ. */

import type { DenoNamespace } from "../../adapters/deno_types.ts";

type Fits<Official extends Used, Used> = Official;

export type Checked = Fits<typeof Deno, DenoNamespace>;
