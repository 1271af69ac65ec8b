/** Holds what the adapter says of Bun to Bun's own types; `tsc -p test/types` fails when they differ. */

import type { BunNamespace } from "../../adapters/bun_types.ts";

type Fits<Official extends Used, Used> = Official;

export type Checked = Fits<typeof Bun, BunNamespace>;
