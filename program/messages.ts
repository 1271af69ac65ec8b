/**
 * What the caller and the workers of the server program tell each other.
 *
 * @module
 */

import type { Figures, ProcessFigures } from "./figures.ts";
import type { SiteOptions } from "./site.ts";

/** What a worker is started with. */
export interface WorkerData {
  readonly site: SiteOptions;
  readonly log: "common" | "json" | "none";
}

/** What one worker has done so far. */
export interface Report {
  readonly figures: Figures;
  readonly process: ProcessFigures;
}

/** What the caller tells a worker. */
export type ToWorker =
  /** The server will stop. */
  | { readonly type: "stopping" }
  /** Asks for a report, the one of this number. */
  | { readonly type: "ask"; readonly number: number }
  /** The figures of all workers that this one has asked for. */
  | { readonly type: "figures"; readonly id: number; readonly text: string };

/** What a worker tells the caller. */
export type ToCaller =
  | { readonly type: "report"; readonly number: number; readonly report: Report }
  /** Asks for the figures of all workers. */
  | { readonly type: "scrape"; readonly id: number }
  /** Something has failed. */
  | { readonly type: "complaint"; readonly line: string };
