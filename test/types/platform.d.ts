/**
 * The whole platform that core/ and http/ stand on besides ECMAScript, for core/tsconfig.json.
 * It is a subset of what Node, Deno and Bun share, in the shapes of the WHATWG standards: what is
 * not here, the core may not name. Nothing imports this file, and no package contains it.
 */

declare function setTimeout(callback: () => void, ms?: number): { readonly timer: unique symbol };
declare function clearTimeout(timer: ReturnType<typeof setTimeout> | undefined): void;
declare function queueMicrotask(callback: () => void): void;

interface AbortEventOptions {
  once?: boolean;
  signal?: AbortSignal;
}

declare class AbortSignal {
  private constructor();
  static abort(reason?: unknown): AbortSignal;
  readonly aborted: boolean;
  // deno-lint-ignore no-explicit-any -- as in every runtime's own types
  readonly reason: any;
  throwIfAborted(): void;
  addEventListener(type: "abort", listener: () => void, options?: AbortEventOptions): void;
  removeEventListener(type: "abort", listener: () => void): void;
}

declare class AbortController {
  readonly signal: AbortSignal;
  abort(reason?: unknown): void;
}

declare class TextEncoder {
  encode(text?: string): Uint8Array<ArrayBuffer>;
}

declare class TextDecoder {
  constructor(label?: string, options?: { fatal?: boolean; ignoreBOM?: boolean });
  decode(bytes?: ArrayBuffer | ArrayBufferView, options?: { stream?: boolean }): string;
}
