import { assertEquals } from "#assert";
import { acceptedCodings } from "../../files/accepted_codings.ts";
import { test } from "../support/harness.ts";

const CASES: Record<string, [string, boolean]> = {
  "": ["", true],
  gzip: ["gzip", true],
  "gzip, deflate, br, zstd": ["br zstd gzip", true],
  "GZIP, Br": ["br gzip", true],
  "x-gzip": ["gzip", true],
  "gzip;q=1.0, br;q=0.5": ["gzip br", true],
  "br;q=0.001": ["br", true],
  "br;q=0": ["", true],
  "br;q=0.000, gzip": ["gzip", true],
  "*": ["br zstd gzip", true],
  "*;q=0": ["", false],
  "*;q=0.5, br;q=0": ["zstd gzip", true],
  "identity;q=0": ["", false],
  "identity;q=0, *": ["br zstd gzip", false],
  "gzip, identity;q=0": ["gzip", false],
  "gzip, *;q=0": ["gzip", false],
  "identity": ["", true],
  "identity, gzip": ["gzip", true],
  "identity;q=1, gzip;q=0.5": ["", true],
  "identity;q=0.5, gzip;q=0.5, br;q=0.4": ["gzip", true],
  "gzip ; q=0.5 , br ;q=1": ["br gzip", true],
  "deflate, compress": ["", true],
  "gzip;q=2, br;q=-1, zstd;q=": ["", true],
  "gzip;level=9": ["", true],
  "gzip br": ["", true],
  ",,gzip,,": ["gzip", true],
};

test("acceptedCodings() weighs what a client takes", () => {
  for (const [field, [codings, identity]] of Object.entries(CASES)) {
    const accepted = acceptedCodings(field);
    const names = accepted.codings.map(({ name }) => name).join(" ");
    assertEquals([field, names, accepted.identity], [field, codings, identity]);
    assertEquals(acceptedCodings(field), accepted);
  }
  assertEquals(acceptedCodings(undefined), { codings: [], identity: true });
});

test("acceptedCodings() takes a hostile field in its stride", () => {
  const started = performance.now();
  for (let i = 0; i < 200; i++) {
    assertEquals(acceptedCodings(`gzip${"\t".repeat(10_000)}x${i}`).codings, []);
    assertEquals(acceptedCodings(`${",".repeat(10_000)}gzip;q=0.${i}`).codings, []);
  }
  assertEquals(performance.now() - started < 2000, true);
  assertEquals(acceptedCodings("gzip").codings.map(({ extension }) => extension), [".gz"]);
});
