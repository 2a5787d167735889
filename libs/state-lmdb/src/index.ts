export { openStateStore, type StateStoreSettings } from "./open-state-store.ts";
