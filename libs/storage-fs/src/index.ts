export { type DataFolder, openDataFolder } from "./data-folder.ts";
export { createCheckpointFolders } from "./checkpoint-folder.ts";
export { createFsStorage } from "./fs-storage.ts";
