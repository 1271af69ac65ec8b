/**
 * Values in error messages.
 *
 * @module
 */

/** A value as it stands in an error message: short, on one line, and never failing. */
export function show(value: unknown): string {
  if (typeof value === "string") return JSON.stringify(value);
  if (typeof value === "bigint") return `${value}n`;
  if (typeof value === "function") return `function ${value.name || "(anonymous)"}`;
  if (typeof value !== "object" || value === null) return String(value);
  return Array.isArray(value) ? "an array" : `an object (${value.constructor?.name ?? "no class"})`;
}
