import { AppError } from "@millrace/model";
import type { Storage, StorageFile } from "@millrace/ports";
import type { Crc32c } from "@millrace/records";
import { backupErrors } from "../errors.ts";
import { FRAME_BYTES_MAX } from "../limits.ts";

/** What a file of a backup holds; part of its header. */
export type FileKind = "identity" | "manifest" | "records" | "groups" | "jobs";

const MAGIC = [0x4d, 0x52, 0x42, 0x4b]; // MRBK
/** Of every kind of file; grows when a reader of today could not read what is written. */
export const BACKUP_FORMAT_VERSION = 1;
const KINDS: readonly FileKind[] = ["identity", "manifest", "records", "groups", "jobs"];
export const HEADER_BYTES = 12;
const FRAME_HEADER_BYTES = 8;

/** What is known of a file's frames: its size, and a checksum over those of all frames, which a manifest keeps. */
export interface FramesSeal {
  readonly bytes: number;
  readonly frames: number;
  readonly crc: number;
}

export interface FramePorts {
  readonly storage: Storage;
  readonly crc32c: Crc32c;
}

/** Header of a file: magic, format version, kind, checksum of these. */
export function encodeHeader(kind: FileKind, crc32c: Crc32c, version = BACKUP_FORMAT_VERSION): Uint8Array {
  const header = new Uint8Array(HEADER_BYTES);
  const view = new DataView(header.buffer);
  header.set(MAGIC);
  view.setUint16(4, version);
  view.setUint16(6, KINDS.indexOf(kind));
  view.setUint32(8, crc32c(header.subarray(0, 8)) >>> 0);
  return header;
}

/** A frame: checksum of what follows, length, payload. */
export function encodeFrame(payload: Uint8Array, crc32c: Crc32c): { readonly frame: Uint8Array; readonly crc: number } {
  const frame = new Uint8Array(FRAME_HEADER_BYTES + payload.length);
  const view = new DataView(frame.buffer);
  view.setUint32(4, payload.length);
  frame.set(payload, FRAME_HEADER_BYTES);
  const crc = crc32c(frame.subarray(4)) >>> 0;
  view.setUint32(0, crc);
  return { frame, crc };
}

/** A whole small file. */
export function encodeFile(
  kind: FileKind,
  payloads: readonly Uint8Array[],
  crc32c: Crc32c,
): { readonly bytes: Uint8Array; readonly seal: FramesSeal } {
  const frames = payloads.map((payload) => encodeFrame(payload, crc32c));
  const parts = [encodeHeader(kind, crc32c), ...frames.map(({ frame }) => frame)];
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let position = 0;
  for (const part of parts) {
    bytes.set(part, position);
    position += part.length;
  }
  const crc = frames.reduce((chain, frame) => chained(chain, frame.crc, crc32c), 0);
  return { bytes, seal: { bytes: bytes.length, frames: frames.length, crc } };
}

/** Checksum of all frames so far, of the former one and the frame's own. */
export function chained(former: number, frameCrc: number, crc32c: Crc32c): number {
  const both = new DataView(new ArrayBuffer(8));
  both.setUint32(0, former);
  both.setUint32(4, frameCrc);
  return crc32c(new Uint8Array(both.buffer)) >>> 0;
}

/** One frame, and where it ends. */
export interface Frame {
  readonly payload: Uint8Array;
  readonly crc: number;
  readonly endPosition: number;
}

/** The frames of a file in order. Throws `backup-newer-format`, `backup-damaged` naming the position; what was yielded before is whole. */
export function* readFrames(path: string, kind: FileKind, ports: FramePorts): Generator<Frame, void, undefined> {
  const file = openFile(path, ports);
  try {
    const { sizeBytes } = file;
    checkHeader(readAt(file, 0, Math.min(HEADER_BYTES, sizeBytes)), { path, kind, crc32c: ports.crc32c });
    for (let position = HEADER_BYTES; position < sizeBytes;) {
      const frame = readFrame(file, { position, sizeBytes, path, crc32c: ports.crc32c });
      yield frame;
      position = frame.endPosition;
    }
  } finally {
    file.close();
  }
}

/** The same of a file that a manifest names: what was sealed must be there, no less and no more. */
export function* readSealedFrames(path: string, of: { readonly kind: FileKind; readonly seal: FramesSeal }, ports: FramePorts) {
  let [bytes, frames, crc] = [HEADER_BYTES, 0, 0];
  for (const frame of readFrames(path, of.kind, ports)) {
    bytes = frame.endPosition;
    frames++;
    crc = chained(crc, frame.crc, ports.crc32c);
    yield frame.payload;
  }
  const { seal } = of;
  if (bytes === seal.bytes && frames === seal.frames && crc === seal.crc) return;
  throw backupErrors.damaged({ file: path, cause: "not what the manifest names", bytes, bytesExpected: seal.bytes });
}

function openFile(path: string, { storage }: FramePorts): StorageFile {
  try {
    return storage.open(path);
  } catch (error) {
    if (error instanceof AppError && error.kind === "not-found")
      throw backupErrors.damaged({ file: path, cause: "the file is missing" }, error);
    throw error;
  }
}

function checkHeader(header: Uint8Array, of: { path: string; kind: FileKind; crc32c: Crc32c }): void {
  const view = new DataView(header.buffer, header.byteOffset, header.byteLength);
  const isWhole = header.length === HEADER_BYTES && MAGIC.every((byte, i) => header[i] === byte);
  if (!isWhole || view.getUint32(8) !== of.crc32c(header.subarray(0, 8)) >>> 0)
    throw backupErrors.damaged({ file: of.path, position: 0, cause: "no header of a backup file" });
  const version = view.getUint16(4);
  if (version > BACKUP_FORMAT_VERSION) throw backupErrors.newerFormat({ file: of.path, version, supported: BACKUP_FORMAT_VERSION });
  if (KINDS[view.getUint16(6)] !== of.kind)
    throw backupErrors.damaged({ file: of.path, cause: `a file of kind ${KINDS[view.getUint16(6)] ?? "unknown"}, not ${of.kind}` });
}

function readFrame(file: StorageFile, of: { position: number; sizeBytes: number; path: string; crc32c: Crc32c }): Frame {
  const { position, sizeBytes, path, crc32c } = of;
  const broken = (cause: string): Error => backupErrors.damaged({ file: path, position, cause });
  if (position + FRAME_HEADER_BYTES > sizeBytes) throw broken("it ends within a frame");
  const head = readAt(file, position, FRAME_HEADER_BYTES);
  const view = new DataView(head.buffer, head.byteOffset, head.byteLength);
  const length = view.getUint32(4);
  const endPosition = position + FRAME_HEADER_BYTES + length;
  if (length > FRAME_BYTES_MAX) throw broken("no frame is that long");
  if (endPosition > sizeBytes) throw broken("it ends within a frame");
  const covered = readAt(file, position + 4, 4 + length);
  const crc = crc32c(covered) >>> 0;
  if (crc !== view.getUint32(0)) throw broken("a checksum is wrong");
  return { payload: covered.subarray(4), crc, endPosition };
}

function readAt(file: StorageFile, position: number, length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  return bytes.subarray(0, file.read(position, bytes));
}
