/**
 * Values in error messages.
 *
 * @module
 */

/** How much is shown of a text. */
const MOST_CHARACTERS = 300;

/**
 * A value as it stands in an error message: short, on one line, and never failing. PEM text is not
 * shown: it may be a key in the wrong place.
 */
export function show(value: unknown): string {
  if (typeof value === "string") return shownText(value);
  if (typeof value === "bigint") return `${value}n`;
  if (typeof value === "function") {
    return `function ${nameOf(() => value.name) || "(anonymous)"}`;
  }
  if (typeof value !== "object" || value === null) return String(value);
  try {
    if (Array.isArray(value)) return "an array";
  } catch {
    // A proxy that was revoked.
  }
  return `an object (${nameOf(() => value.constructor?.name) ?? "no class"})`;
}

function shownText(text: string): string {
  if (text.includes("-----BEGIN ")) return `a string of ${text.length} characters`;
  return text.length <= MOST_CHARACTERS
    ? JSON.stringify(text)
    : `${JSON.stringify(text.slice(0, MOST_CHARACTERS))}… (${text.length} characters)`;
}

/** A name that a getter may keep to itself, and that may be no text. */
function nameOf(name: () => unknown): string | undefined {
  try {
    const given = name();
    return typeof given === "string" ? given : undefined;
  } catch {
    return undefined;
  }
}
