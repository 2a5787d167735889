export { type FolderLock, lockFolder } from "./folder-lock.ts";
export { createLmdbStore, type LmdbStoreSettings } from "./lmdb-store.ts";
