/** The same memory as a plain Uint8Array: a Buffer's `slice` is a view and its JSON differs, so Buffers stop here. */
export function asPlainBytes(bytes: Uint8Array): Uint8Array {
  return bytes.constructor === Uint8Array ? bytes : new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** The same memory as a Buffer, for native modules that ask for one. */
export function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

export function readUint32LittleEndian(bytes: Uint8Array, position: number): number {
  return (
    ((bytes[position] ?? 0) |
      ((bytes[position + 1] ?? 0) << 8) |
      ((bytes[position + 2] ?? 0) << 16) |
      ((bytes[position + 3] ?? 0) << 24)) >>>
    0
  );
}

export function readInt32BigEndian(bytes: Uint8Array, position: number): number {
  return (
    ((bytes[position] ?? 0) << 24) | ((bytes[position + 1] ?? 0) << 16) | ((bytes[position + 2] ?? 0) << 8) | (bytes[position + 3] ?? 0)
  );
}

/** The parts one after another; a single one is not copied. */
export function joinedBytes(parts: readonly Uint8Array[], totalBytes: number): Uint8Array {
  const [first] = parts;
  if (first !== undefined && parts.length === 1) return first;
  const output = new Uint8Array(totalBytes);
  let position = 0;
  for (const part of parts) {
    output.set(part, position);
    position += part.length;
  }
  return output;
}
