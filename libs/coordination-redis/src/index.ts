export { createRedisStore, type RedisStoreSettings } from "./redis-store.ts";
