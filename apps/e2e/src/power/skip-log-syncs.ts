import type { Storage } from "@millrace/ports";

/** The bug that power cuts must find: a broker that acknowledges before its log is on the disk. Everything else stays durable. */
export function skipLogSyncs(storage: Storage): Storage {
  return {
    ...storage,
    open: (path, options) => {
      const file = storage.open(path, options);
      if (!path.endsWith(".log")) return file;
      return {
        get sizeBytes() {
          return file.sizeBytes;
        },
        append: (chunks) => file.append(chunks),
        writeAt: (position, bytes) => {
          file.writeAt(position, bytes);
        },
        read: (position, target) => file.read(position, target),
        readAsync: (position, target) => file.readAsync(position, target),
        sync: () => Promise.resolve(),
        truncate: (sizeBytes) => {
          file.truncate(sizeBytes);
        },
        close: () => {
          file.close();
        },
      };
    },
  };
}
