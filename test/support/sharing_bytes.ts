/** Bytes like those of Node's `Buffer`: what `slice()` gives shares their memory. */
export class SharingBytes extends Uint8Array<ArrayBuffer> {
  override slice(start?: number, end?: number): SharingBytes {
    return this.subarray(start, end) as SharingBytes;
  }
}
