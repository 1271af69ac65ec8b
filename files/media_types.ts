/**
 * What a file is, by the end of its name.
 *
 * An own table, weighed against a package: nothing may be a dependency at run time here, bundling one
 * would put a build step between the sources and both registries, and of some four hundred types in
 * such a package a browser acts on those below. They say nothing of charsets either, which is what
 * goes wrong most. The rest is for saving: `application/octet-stream` says just that, and with
 * `nosniff` nobody guesses otherwise.
 *
 * @module
 */

/** RFC 9239 for scripts; HTML's section on MIME types, and IANA's registry, for the others. */
const TYPES = `
text/html html htm
text/css css
text/javascript js mjs cjs
text/plain txt text log conf ini ts mts jsx tsx yaml yml toml sh c h cpp py rs go java
text/markdown md markdown
text/csv csv
text/tab-separated-values tsv
text/calendar ics
text/vcard vcf
text/vtt vtt
application/json json map
application/ld+json jsonld
application/geo+json geojson
application/manifest+json webmanifest
application/xml xml xsl xsd
application/xhtml+xml xhtml xht
application/rss+xml rss
application/atom+xml atom
image/svg+xml svg
image/png png
image/apng apng
image/jpeg jpg jpeg
image/gif gif
image/webp webp
image/avif avif
image/jxl jxl
image/bmp bmp
image/tiff tif tiff
image/x-icon ico
font/woff2 woff2
font/woff woff
font/ttf ttf
font/otf otf
audio/mpeg mp3
audio/mp4 m4a
audio/aac aac
audio/ogg ogg oga opus
audio/flac flac
audio/wav wav
audio/midi mid midi
video/mp4 mp4 m4v
video/webm webm
video/ogg ogv
video/quicktime mov
video/x-matroska mkv
application/vnd.apple.mpegurl m3u8
video/mp2t m2ts
model/gltf+json gltf
model/gltf-binary glb
application/wasm wasm
application/pdf pdf
application/rtf rtf
application/epub+zip epub
application/zip zip
application/gzip gz tgz
application/zstd zst
application/x-tar tar
application/x-7z-compressed 7z
application/x-bzip2 bz2
application/x-xz xz
`;
/** Text is UTF-8 here; JSON is by definition. */
const HAS_CHARSET = /^text\/|[/+]xml$/;
const UNKNOWN = "application/octet-stream";

let types: ReadonlyMap<string, string> | undefined;

/** The Content-Type of the file of that name. */
export function mediaTypeOf(name: string): string {
  const dot = name.lastIndexOf(".");
  if (dot < 0) return UNKNOWN;
  types ??= readTypes();
  return types.get(name.slice(dot + 1).toLowerCase()) ?? UNKNOWN;
}

function readTypes(): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (const line of TYPES.trim().split("\n")) {
    const [type = "", ...extensions] = line.split(" ");
    const value = HAS_CHARSET.test(type) ? `${type}; charset=utf-8` : type;
    for (const extension of extensions) found.set(extension, value);
  }
  return found;
}
