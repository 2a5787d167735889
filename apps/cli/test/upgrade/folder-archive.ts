import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { brotliCompressSync, brotliDecompressSync } from "node:zlib";

const LENGTH_BYTES = 4;

/** All files of a folder as one compressed file: for each its path and its bytes, with their lengths before them. */
export function packFolder(folder: string, skip: RegExp): Uint8Array {
  const parts: Buffer[] = [];
  for (const path of filesOf(folder, "").filter((each) => !skip.test(each)))
    for (const bytes of [Buffer.from(path), readFileSync(join(folder, path))]) {
      const length = Buffer.alloc(LENGTH_BYTES);
      length.writeUInt32BE(bytes.length);
      parts.push(length, bytes);
    }
  return brotliCompressSync(Buffer.concat(parts));
}

/** The same back. */
export function unpackFolder(archive: Uint8Array, folder: string): void {
  const bytes = brotliDecompressSync(archive);
  let position = 0;
  const next = (): Buffer => {
    const end = position + LENGTH_BYTES + bytes.readUInt32BE(position);
    const part = bytes.subarray(position + LENGTH_BYTES, end);
    position = end;
    return part;
  };
  while (position < bytes.length) {
    const path = join(folder, next().toString());
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, next());
  }
}

function filesOf(folder: string, below: string): string[] {
  return readdirSync(join(folder, below), { withFileTypes: true })
    .flatMap((entry) => (entry.isDirectory() ? filesOf(folder, join(below, entry.name)) : [join(below, entry.name)]))
    .sort();
}
