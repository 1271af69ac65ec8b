/**
 * The Accept-Encoding field: RFC 9110, section 12.5.3.
 *
 * @module
 */

/** How a file is compressed, in the words of the field, and how its name ends then. */
export interface Coding {
  /** The content coding. */
  readonly name: "br" | "zstd" | "gzip";
  /** What the name of the compressed neighbour has at its end. */
  readonly extension: ".br" | ".zst" | ".gz";
}

/** Those that are looked for, the one that makes pages smallest first. */
export const CODINGS: readonly Coding[] = [
  { name: "br", extension: ".br" },
  { name: "zstd", extension: ".zst" },
  { name: "gzip", extension: ".gz" },
];

/** What a client takes. */
export interface AcceptedCodings {
  /** The codings that it would rather have than none at all, the best one first. */
  readonly codings: readonly Coding[];
  /** Whether it takes the file as it is. */
  readonly identity: boolean;
}

const ELEMENT =
  /^[\t ]*([!#$%&'*+.^_`|~0-9a-z-]+)[\t ]*(?:;[\t ]*q=(0(?:\.[0-9]{0,3})?|1(?:\.0{0,3})?)[\t ]*)?$/;
/** More are not looked at. */
const MOST_ELEMENTS = 32;
/** What a client takes that says nothing. */
export const IDENTITY: AcceptedCodings = { codings: [], identity: true };
const kept = new Map<string, AcceptedCodings>();
/** Browsers send a handful of different ones. */
const MOST_KEPT = 64;
const MOST_CHARACTERS = 256;

/** What `field` says; without one, a client is given the file as it is. */
export function acceptedCodings(field: string | undefined): AcceptedCodings {
  if (field === undefined || field === "") return IDENTITY;
  const known = kept.get(field);
  if (known !== undefined) return known;
  const accepted = parse(field);
  if (field.length > MOST_CHARACTERS) return accepted;
  if (kept.size >= MOST_KEPT) kept.clear();
  kept.set(field, accepted);
  return accepted;
}

function parse(field: string): AcceptedCodings {
  const weights = new Map<string, number>();
  for (const element of field.toLowerCase().split(",", MOST_ELEMENTS)) {
    const [, name, weight = "1"] = ELEMENT.exec(element) ?? [];
    // `x-gzip` is an old name of it.
    if (name !== undefined) weights.set(name === "x-gzip" ? "gzip" : name, Number(weight));
  }
  const rest = weights.get("*");
  // What is not named is not taken; but the file as it is always is, unless that was excluded.
  const weightOf = ({ name }: Coding) => weights.get(name) ?? rest ?? 0;
  const named = weights.get("identity");
  const identity = named ?? (rest === 0 ? 0 : Number.MIN_VALUE);
  return {
    codings: CODINGS.filter((coding) => weightOf(coding) > 0 && weightOf(coding) >= identity)
      .sort((one, other) => weightOf(other) - weightOf(one)),
    identity: identity > 0,
  };
}
